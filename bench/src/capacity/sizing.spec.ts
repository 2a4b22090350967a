import { expect, it } from 'vitest';
import { ASSUMPTIONS, needsOf, PARTS, PRICES, type Measured, type Part } from './sizing.js';

/** A tenth of a processor to be there, and one for each 10,000 messages a second. */
const model = {
  ...{ fixedCores: 0.1, coresPerMessagePerSecond: 1e-4 },
  fastest: { ratePerSecond: 10_000, cores: 1.1 },
};
const measured: Measured = {
  models: Object.fromEntries(PARTS.map((part) => [part, model])) as Record<Part, typeof model>,
  bytesPerRow: 100,
  bytesPerReadingInKafka: 300,
};
const needs = (vehicles: number, over: Partial<typeof ASSUMPTIONS> = {}) =>
  needsOf({ vehicles, everySeconds: 10 }, measured, { ...ASSUMPTIONS, ...over }, PRICES);

it('counts each copy of what is copied, and the rest once', () => {
  const { ratePerSecond, cores } = needs(10_000);
  expect(ratePerSecond).toBe(1000);
  expect(cores.processor).toBeCloseTo(0.2);
  expect(cores.cassandra).toBeCloseTo(0.6);
});

it('keeps rows for a year and Kafka for a week, in three copies, with room', () => {
  const { cassandraDiskGiB, kafkaDiskGiB } = needs(10_000);
  const rows = 1000 * 86_400 * 365;
  expect(cassandraDiskGiB).toBeCloseTo((rows * 100 * 3 * 2) / 1024 ** 3);
  expect(kafkaDiskGiB).toBeCloseTo((1000 * 86_400 * 7 * 300 * 3 * 2) / 1024 ** 3);
});

it('has a node for each copy at least, and as many as the processors or the disks ask for', () => {
  expect(needs(10).cassandraNodes).toBe(3);
  expect(needs(1_000_000).kafkaNodes).toBe(Math.ceil((11 * 3) / 0.5 / 8));
  expect(needs(1_000_000).cassandraNodes).toBe(
    Math.ceil(needs(1_000_000).cassandraDiskGiB / ASSUMPTIONS.nodeDiskGiB),
  );
});

it('adds up what machines, disks and copies between zones cost', () => {
  const { usdPerMonth, kafkaNodes, cassandraNodes, serviceCores, cassandraDiskGiB, kafkaDiskGiB } =
    needs(10_000);
  expect({ kafkaNodes, cassandraNodes, serviceCores }).toEqual({
    ...{ kafkaNodes: 3, cassandraNodes: 5, serviceCores: 2 },
  });
  const machines = (8 * 8 + 2) * 730 * PRICES.coreHour;
  const zones = ((400 * 1000 * 730 * 3600 * 2) / 1024 ** 3) * PRICES.zoneGiB;
  expect(usdPerMonth).toBeCloseTo(machines + (cassandraDiskGiB + kafkaDiskGiB) * 0.08 + zones);
});
