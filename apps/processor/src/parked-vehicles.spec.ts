import { NO_FENCES } from '@navora/erasure';
import {
  OffsetTracker,
  RecordBatch,
  SchemaLessons,
  VehicleParking,
  type ConsumedRecord,
} from '@navora/kafka';
import { Judge, parseRules } from '@navora/rules';
import { createLogger, createMetrics } from '@navora/runtime';
import { frameAvro, ReadingCodec, readingSchema, readingType, RegistryUnavailable } from '@navora/schemas';
import { aReading } from '@navora/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProcessorMetrics } from './metrics.js';
import { ReadingJourney } from './reading-journey.js';

const GRACE_MS = 120_000;
const MAX_PER_VEHICLE = 5;
const MAX_IN_ALL = 9;
const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const VEHICLES = ['a', 'b', 'c', 'd'];
const SCHEMA_IDS = [1, 2, 3];
type Said = 'known' | 'missing' | 'unavailable';

const log = createLogger('test', 'silent');
const metrics = new ProcessorMetrics(createMetrics('test'));
const judge = new Judge(parseRules('rules: []', 'rules'));

/** One partition of a topic, a journey that consumes it, and a registry that says what the test wants. */
function aPartition(bounds = { maxPerVehicle: MAX_PER_VEHICLE, maxInAll: MAX_IN_ALL }) {
  const says = new Map<number, Said>();
  const codec = new ReadingCodec({
    schemaById: async (id) => {
      const said = says.get(id) ?? 'missing';
      if (said === 'unavailable') throw new RegistryUnavailable('away');
      return said === 'known' ? JSON.stringify(readingSchema) : undefined;
    },
    idOf: async () => undefined,
  });
  const parking = new VehicleParking({
    ...bounds,
    mustWait: ({ value }) => value !== null && codec.isPending(value),
  });
  const done: { record: ConsumedRecord; how: 'stored' | 'buried'; at: number }[] = [];
  const bugs: unknown[] = [];
  const byOffset = new Map<number, ConsumedRecord>();
  const journey = new ReadingJourney({
    codec,
    lessons: new SchemaLessons(codec, {
      graceMs: GRACE_MS,
      log,
      sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    }),
    parking,
    store: {
      storeOnce: async ({ origin, receivedAt, clockSuspect }) => {
        const record = byOffset.get(origin.offset) as ConsumedRecord;
        done.push({ record, how: 'stored', at: Date.now() });
        return { status: 'stored', clockSuspect, receivedAt, origin };
      },
    },
    latest: { remember: () => undefined, save: async () => undefined },
    judge: () => judge,
    fences: NO_FENCES,
    signals: { encode: () => Buffer.of(0), publish: async () => undefined, pass: async () => undefined },
    deadLetters: {
      bury: async (record) => void done.push({ record, how: 'buried', at: Date.now() }),
    },
    metrics,
    retentionMs: 365 * 24 * 3_600_000,
    onBug: (error) => bugs.push(error),
  });

  let tracker = new OffsetTracker();
  let assignment = { topic: 't', partition: 0, epoch: 1, held: true };
  let offset = 0;
  const topic: ConsumedRecord[] = [];
  let next = 0;
  return {
    says,
    parking,
    done,
    bugs,
    topic,
    produce(vehicleId: string, schemaId: number): void {
      const record: ConsumedRecord = {
        topic: 't',
        partition: 0,
        offset: BigInt(offset),
        timestamp: Date.now(),
        key: Buffer.from(vehicleId),
        value: frameAvro(schemaId, readingType, aReading({ vehicleId, recordedAt: Date.now() })),
        headers: {},
      };
      byOffset.set(offset++, record);
      topic.push(record);
    },
    /** As the consumer does: only what the parking admits. */
    consume(): void {
      const fetched = topic.slice(next);
      const records = fetched.slice(0, parking.admits(fetched));
      next += records.length;
      for (const record of records) tracker.track(record.offset);
      journey.begin(new RecordBatch(assignment, records, tracker, () => undefined));
    },
    /** The group meets: everything unresolved is delivered again, in a new epoch. */
    reassign(): void {
      assignment.held = false;
      parking.forgetAll();
      next = Number(tracker.lowWatermark ?? topic[0]?.offset ?? 0);
      assignment = { topic: 't', partition: 0, epoch: assignment.epoch + 1, held: true };
      const committed = next;
      tracker = new OffsetTracker();
      next = committed;
    },
    committed: () => Number(tracker.lowWatermark ?? -1),
    takenOver: () => next,
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it('parks a vehicle in order, lets the others go on, and holds the offset', async () => {
  const test = aPartition();
  test.says.set(1, 'known');
  test.produce('b', 1);
  test.consume();
  await pass(10);
  for (const [vehicle, schema] of [
    ['a', 2],
    ['a', 1],
    ['b', 1],
    ['a', 1],
    ['b', 1],
  ] as const)
    test.produce(vehicle, schema);
  test.consume();
  await pass(1000);
  expect(test.done.map(({ record }) => String(record.key))).toEqual(['b', 'b', 'b']);
  expect(test.committed()).toBe(1);
  expect([test.parking.parked, test.parking.vehicles]).toEqual([3, 1]);

  test.says.set(2, 'known');
  await pass(2000);
  expect(test.done.slice(3).map(({ record }) => Number(record.offset))).toEqual([1, 2, 4]);
  expect(test.committed()).toBe(6);
  expect([test.parking.parked, test.parking.vehicles]).toEqual([0, 0]);
});

it('takes over no more of a vehicle than it may park, in all no more than it may, and goes on by itself', async () => {
  const test = aPartition();
  for (let i = 0; i < MAX_PER_VEHICLE + 3; i++) test.produce('a', 2);
  test.consume();
  await pass(100);
  expect(test.parking.parked).toBe(MAX_PER_VEHICLE);
  expect(test.takenOver()).toBe(MAX_PER_VEHICLE);
  expect(test.parking.hasRoomIn(0)).toBe(false);
  expect(test.parking.hasRoomIn(1)).toBe(true);
  await pass(GRACE_MS + 2000);
  expect(test.done.map(({ how }) => how)).toEqual(Array(MAX_PER_VEHICLE).fill('buried'));
  expect(test.parking.hasRoomIn(0)).toBe(true);
});

it('forgets what is parked when the group meets, and stores nothing of it when its schema appears', async () => {
  const test = aPartition();
  for (let i = 0; i < 4; i++) test.produce('a', 2);
  test.consume();
  await pass(500);
  test.reassign();
  expect([test.parking.parked, test.parking.vehicles]).toEqual([0, 0]);
  test.says.set(2, 'known');
  await pass(10_000);
  expect(test.done).toEqual([]);
  test.consume();
  await pass(1000);
  expect(test.done.map(({ record }) => Number(record.offset))).toEqual([0, 1, 2, 3]);
});

type Step =
  | { do: 'produce'; vehicle: string; schema: number }
  | { do: 'say'; schema: number; said: Said }
  | { do: 'pass'; ms: number }
  | { do: 'reassign' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant('produce' as const),
        vehicle: fc.constantFrom(...VEHICLES),
        schema: fc.constantFrom(...SCHEMA_IDS),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('say' as const),
        schema: fc.constantFrom(...SCHEMA_IDS),
        said: fc.constantFrom<Said>('known', 'missing', 'unavailable'),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(0, 20, 400, 3000, 50_000, 130_000),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'reassign' as const }) },
  ),
  { minLength: 5, maxLength: 60 },
);

it(`keeps each vehicle's order, its bounds, and its hands off the others, whatever the registry says (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const test = aPartition();
      /** When the registry last could say that it has, or does not have, an id. */
      const neverMissing = new Set(SCHEMA_IDS);
      for (const id of SCHEMA_IDS) test.says.set(id, 'unavailable');
      for (const step of plan) {
        if (step.do === 'produce') test.produce(step.vehicle, step.schema);
        if (step.do === 'say') {
          test.says.set(step.schema, step.said);
          if (step.said === 'missing') neverMissing.delete(step.schema);
        }
        if (step.do === 'reassign') test.reassign();
        if (step.do === 'pass') await pass(step.ms);
        test.consume();
        await pass(0);
        expectBounds(test.parking);
      }
      for (const { record, how, at } of test.done) {
        if (how !== 'buried') continue;
        expect(at - record.timestamp).toBeGreaterThanOrEqual(GRACE_MS);
        expect(neverMissing.has(record.value?.readUInt32BE(1) ?? 0)).toBe(false);
      }
      for (const id of SCHEMA_IDS) test.says.set(id, 'known');
      for (let turn = 0; turn < 20 && test.committed() < test.topic.length; turn++) {
        await pass(6000);
        test.consume();
        await pass(0);
      }
      expect(test.bugs).toEqual([]);
      for (const vehicle of VEHICLES)
        expectFirstsInOrder(
          test.done.map(({ record }) => record),
          test.topic,
          vehicle,
        );
      expect([test.parking.parked, test.parking.vehicles]).toEqual([0, 0]);
    }),
    { numRuns: 400, seed: SEED },
  );
}, 60_000);

function expectBounds(parking: VehicleParking): void {
  expect(parking.parked).toBeLessThanOrEqual(MAX_IN_ALL);
  expect(parking.parked).toBeLessThanOrEqual(MAX_PER_VEHICLE * parking.vehicles);
}

/** Every record of the vehicle once at least, the first times in the order of the topic. */
function expectFirstsInOrder(done: ConsumedRecord[], topic: ConsumedRecord[], vehicle: string): void {
  const ofVehicle = (records: ConsumedRecord[]) =>
    records.filter(({ key }) => String(key) === vehicle).map(({ offset }) => offset);
  expect([...new Set(ofVehicle(done))]).toEqual(ofVehicle(topic));
}
