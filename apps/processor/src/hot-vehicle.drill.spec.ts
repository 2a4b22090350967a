import { partitionOf } from '@navora/kafka';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { aReading } from '@navora/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessorRig } from './testing/processor-rig.js';

const { partitions } = TOPIC_LAYOUT[TOPICS.readings];
const ROUNDS = 40;

let rig: ProcessorRig;
beforeAll(async () => {
  rig = await ProcessorRig.create();
}, 60_000);
afterAll(() => rig.drop(), 60_000);

/** The 95th percentile of receipt to published signal, in ms. */
async function delayOf(vehicles: string[]): Promise<number> {
  const delays = (await rig.publishedSignals())
    .filter(({ signal }) => vehicles.includes(signal.vehicleId))
    .map(({ signal, publishedAt }) => publishedAt - signal.receivedAt)
    .sort((a, b) => a - b);
  expect(delays).toHaveLength(vehicles.length * ROUNDS);
  return delays[Math.floor(delays.length * 0.95)] ?? Infinity;
}

/** Each of the vehicles sends a reading every 50 ms; the hot one, if any, so many with each. */
async function drive(
  vehicles: string[],
  hot: { vehicleId: string; perRound: number } | undefined,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const readings = hot
      ? Array.from({ length: hot.perRound }, () => aReading({ vehicleId: hot.vehicleId }))
      : [];
    await rig.sendReadings(...readings, ...vehicles.map((vehicleId) => aReading({ vehicleId })));
    await pause(50);
  }
  await rig.untilAllIsCommitted();
}

it('P13: a vehicle that sends a hundred times as much as the others does not starve them', async () => {
  const processor = await rig.start();
  const names = (what: string) => Array.from({ length: 30 }, (_, i) => `${what}-${i}`);
  await drive(names('warm'), undefined);
  await drive(names('quiet'), undefined);
  const quiet = await delayOf(names('quiet'));
  const hot = { vehicleId: 'hot', perRound: 100 };
  await drive(names('beside'), hot);
  const beside = await delayOf(names('beside'));
  const shared = names('beside').filter(
    (vehicle) => partitionOf(vehicle, partitions) === partitionOf('hot', partitions),
  );
  expect(shared.length).toBeGreaterThan(0);
  const inItsPartition = await delayOf(shared);
  process.stdout.write(
    `p95 from receipt to signal: ${quiet} ms without, ${beside} ms beside it, ${inItsPartition} ms in its partition\n`,
  );
  expect(beside).toBeLessThan(Math.max(4 * quiet, 1000));
  expect(inItsPartition).toBeLessThan(Math.max(8 * quiet, 2000));
  expect(await processor.end('SIGTERM'), 'I11').toBe(0);
}, 180_000);
