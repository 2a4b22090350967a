import { FaultyLink } from '@navora/faults';
import { eventually } from '@navora/testing';
import { setTimeout as pause } from 'node:timers/promises';
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

it('a processor that cannot see the fences writes nothing, says so, and goes on by itself', async () => {
  const { client, keyspace } = rig.cassandra;
  const processor = await rig.start();
  const migration = await client.execute(`DESCRIBE TABLE ${keyspace}.erasures`, [], { prepare: false });
  await client.execute(`DROP TABLE ${keyspace}.erasures`, [], { prepare: false });
  await eventually(
    'not ready',
    async () => (await processor.notReadyBecause())?.includes('nobody can tell which vehicles are erased'),
    { withinMs: 20_000 },
  );
  const sent = readingsOf(['forgotten', 'a'], 40);
  await rig.sendReadings(...sent);
  await eventually('intake', async () => (await processor.metric('navora_processor_unresolved')) === 40);
  expect([await rig.rows(), await rig.uncommitted()]).toEqual([[], 40]);

  await client.execute(String(migration.rows[0]?.['create_statement']), [], { prepare: false });
  await fences.raise('forgotten', Date.now() + 60_000);
  await rig.untilAllIsCommitted();
  expect((await rig.rows()).map(({ vehicleId }) => vehicleId)).toEqual(Array(20).fill('a'));
  expect(await processor.metric('navora_processor_readings_total'), 'twenty of them erased').toBe(40);
  await eventually('ready', () => processor.isReady());
}, 120_000);

it('a processor that was frozen while a fence was raised writes nothing behind it when it thaws', async () => {
  const processor = await rig.start();
  await rig.sendReadings(...readingsOf(['a'], 1));
  await rig.untilAllIsCommitted();
  processor.freeze();
  await rig.sendReadings(...readingsOf(['forgotten', 'a'], 40));
  await fences.raise('forgotten', Date.now() + 60_000);
  await pause(12_000); // longer than fences are good for
  processor.thaw();
  await rig.untilAllIsCommitted();
  expect(new Set((await rig.rows()).map(({ vehicleId }) => vehicleId))).toEqual(new Set(['a']));
}, 120_000);

it('a batch whose answer was lost is not run again behind a fence that came meanwhile', async () => {
  const { cassandraContactPoints, cassandraPort } = rig.endpoints;
  const link = await FaultyLink.to(cassandraContactPoints[0] ?? '127.0.0.1', cassandraPort);
  const { client, keyspace } = rig.cassandra;
  try {
    const processor = await rig.start({
      NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
      NAVORA_CASSANDRA_PORT: String(link.port),
    });
    link.loseAnswers();
    await rig.sendReadings(...readingsOf(['forgotten', 'a'], 40));
    await eventually('writes whose answer was lost', () => processor.said.includes('store_failed'), {
      withinMs: 40_000,
    });
    // Some of it was applied; the erasure removes that, and nothing may be written after it.
    await fences.raise('forgotten', Date.now() + 120_000);
    const isForgotten = ({ vehicleId }: { vehicleId: string }) => vehicleId === 'forgotten';
    await pause(12_000); // longer than fences are good for
    const { rows } = await client.execute(
      `SELECT shard, bucket FROM ${keyspace}.readings WHERE vehicle_id = 'forgotten' ALLOW FILTERING`,
    );
    for (const row of rows)
      await client.execute(
        `DELETE FROM ${keyspace}.readings WHERE shard = ? AND bucket = ? AND vehicle_id = 'forgotten'`,
        [row['shard'], row['bucket']],
        { prepare: true },
      );
    expect((await rig.rows()).some(isForgotten)).toBe(false);
    link.heal();
    await rig.untilAllIsCommitted();
    expect((await rig.rows()).map(({ vehicleId }) => vehicleId)).toEqual(Array(20).fill('a'));
    expect(await rig.latest('forgotten')).toBeUndefined();
  } finally {
    await link.close();
  }
}, 180_000);
