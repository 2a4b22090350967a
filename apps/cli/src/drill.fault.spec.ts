import { createCassandra } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { eventually, realServices } from '@navora/testing';
import { expect, it } from 'vitest';
import { navora, testEnvironment } from './services.fixture.js';

const stack = () => {
  const name = realServices().stack;
  if (name === undefined)
    throw new Error('a drill breaks a stack of processes, and this one is of containers');
  return name;
};
const drill = (...args: string[]) =>
  navora('drill', '--stack', stack(), '--rate', '100', '--vehicles', '40', '--seed', '3', ...args);

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

it('B2, P15: a short drill kills bridge and processor under load, and every promise holds', async () => {
  const { code, stdout, stderr } = await drill('--minutes', '0.25', '--only', 'B2,P15', '--kills', '2');
  expect(stderr).toBe('');
  expect(stdout).toContain('B2   survived 1 of 1');
  expect(stdout).toContain('P15  survived 1 of 1');
  expect(lastLine(stdout)).toBe('held');
  expect(code).toBe(0);
}, 240_000);

/** A row that was stored is taken away behind everybody's back: the drill must not believe itself. */
async function deleteARowStoredAfter(startedAt: Date): Promise<void> {
  const client = createCassandra(
    readConfiguration(cassandraSettings, testEnvironment()),
    createLogger('saboteur', 'silent'),
  );
  await client.connect();
  try {
    const row = await eventually(
      'a stored row',
      async () => {
        const found = await client.execute(
          'SELECT shard, bucket, vehicle_id, recorded_at, message_id FROM navora.readings WHERE received_at > ? LIMIT 1 ALLOW FILTERING',
          [startedAt],
          { prepare: true },
        );
        return found.rows[0];
      },
      { withinMs: 90_000 },
    );
    await client.execute(
      'DELETE FROM navora.readings WHERE shard = ? AND bucket = ? AND vehicle_id = ? AND recorded_at = ? AND message_id = ?',
      [row['shard'], row['bucket'], row['vehicle_id'], row['recorded_at'], row['message_id']],
      { prepare: true },
    );
  } finally {
    await client.shutdown();
  }
}

it('a drill during which a stored row vanishes is broken, and says how to repeat it', async () => {
  const startedAt = new Date();
  const [{ code, stdout }] = await Promise.all([
    drill('--minutes', '0.25', '--only', 'B12', '--kills', '1'),
    deleteARowStoredAfter(startedAt),
  ]);
  expect(lastLine(stdout)).toMatch(/^broken: .*lost/);
  expect(stdout).toContain('again: npx navora drill --seed 3 --minutes 0.25');
  expect(code).toBe(1);
}, 240_000);

it('lists what can be broken, and refuses what cannot', async () => {
  const listed = await navora('drill', '--list');
  expect(listed.stdout).toMatch(/^P12 +Cassandra frozen/m);
  expect(listed.code).toBe(0);
  const refused = await drill('--only', 'Q9');
  expect(refused.stderr).toContain('there is no fault Q9');
  expect(refused.code).toBe(2);
});
