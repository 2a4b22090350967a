import { createCassandra } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { eventually } from '@navora/testing';
import { expect, it } from 'vitest';
import { drill, lastLine } from './drill.fixture.js';
import { testEnvironment } from './services.fixture.js';

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
