import { aReading } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fencesOf, readingsOf } from './testing/fences-raised.js';
import { ProcessorRig } from './testing/processor-rig.js';

let rig: ProcessorRig;
let fences: ReturnType<typeof fencesOf>;
beforeEach(async () => {
  rig = await ProcessorRig.create();
  fences = fencesOf(rig);
}, 60_000);
afterEach(() => rig.drop(), 60_000);

it('erased readings that are replayed from the first on leave no trace, and touch nobody else', async () => {
  const first = await rig.start();
  await rig.sendReadings(...readingsOf(['forgotten', 'a', 'b'], 90));
  await rig.untilAllIsCommitted();
  const erasedAt = Date.now() + 3000;
  await fences.raise('forgotten', erasedAt);
  const { client, keyspace } = rig.cassandra;
  const others = (await rig.rows()).filter(({ vehicleId }) => vehicleId !== 'forgotten');
  const signals = (await rig.signals()).length;
  await first.end('SIGTERM');
  await client.execute(`TRUNCATE ${keyspace}.latest_readings`);
  for (const { shard, bucket } of await partitionsOf('forgotten'))
    await client.execute(
      `DELETE FROM ${keyspace}.readings WHERE shard = ? AND bucket = ? AND vehicle_id = 'forgotten'`,
      [shard, bucket],
      { prepare: true },
    );

  const group = `${rig.group}-again`;
  const again = await rig.start({ NAVORA_PROCESSOR_GROUP: group });
  await rig.untilAllIsCommitted(group);
  expect(await rig.rows()).toEqual(others);
  expect(await rig.latest('forgotten')).toBeUndefined();
  expect(await rig.latest('a')).toBeDefined();
  expect((await rig.signals()).length - signals, 'signals of the others alone').toBe(60);
  expect(await again.metric('navora_processor_readings_total')).toBe(90);

  // After its fence it is a vehicle like any other.
  const after = aReading({ vehicleId: 'forgotten', recordedAt: erasedAt + 5 });
  await rig.send(rig.record(after, { timestamp: erasedAt + 10 }));
  await rig.untilAllIsCommitted(group);
  const rows = (await rig.rows()).filter(({ vehicleId }) => vehicleId === 'forgotten');
  expect(rows.map(({ messageId }) => messageId)).toEqual([after.messageId]);
  expect(await rig.latest('forgotten')).toMatchObject({ messageId: after.messageId });

  async function partitionsOf(vehicle: string) {
    const { rows } = await client.execute(
      `SELECT shard, bucket FROM ${keyspace}.readings WHERE vehicle_id = ? ALLOW FILTERING`,
      [vehicle],
      { prepare: true },
    );
    return rows.map((row) => ({ shard: row['shard'] as number, bucket: row['bucket'] as Date }));
  }
}, 120_000);
