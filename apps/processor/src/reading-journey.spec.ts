import { aReading } from '@navora/testing';
import {
  OffsetTracker,
  RecordBatch,
  SchemaLessons,
  VehicleParking,
  type ConsumedRecord,
} from '@navora/kafka';
import { NO_FENCES } from '@navora/erasure';
import { Judge, parseRules } from '@navora/rules';
import {
  frameAvro,
  ReadingCodec,
  readingSchema,
  readingType,
  type Reading,
  type Rejection,
  type Signal,
  HEARTBEAT_HEADER,
  heartbeatHeader,
  type Heartbeat,
} from '@navora/schemas';
import { createMetrics } from '@navora/runtime';
import { describe, expect, it } from 'vitest';
import { ProcessorMetrics } from './metrics.js';
import type { ReadingRow } from './reading-row.js';
import { ReadingJourney, type JourneyParts } from './reading-journey.js';
import type { Stored } from './reading-store.js';
import { createLogger } from '@navora/runtime';

const SCHEMA = 7;
const HOUR_MS = 3_600_000;
const GRACE_MS = 120_000;
const NOW = Date.now();
const log = createLogger('test', 'silent');
const JUDGE = new Judge(
  parseRules(
    `limits: { engineTemperatureC: [-50, 200] }
rules: [{ id: hot, measurement: engineTemperatureC, above: 100, severity: critical }]`,
    'rules',
  ),
);

/** A journey whose store, topics and registry are in the test's hands. */
async function aJourney(over: Partial<JourneyParts> = {}) {
  const known = new Map<number, string>([[SCHEMA, JSON.stringify(readingSchema)]]);
  const codec = new ReadingCodec({ schemaById: async (id) => known.get(id), idOf: async () => undefined });
  await codec.learn(SCHEMA);
  const signals: Signal[] = [];
  const passed: (Heartbeat & { partition: number; after: number })[] = [];
  const buried: { offset: bigint; rejection: Rejection }[] = [];
  const stored: ReadingRow[] = [];
  const remembered: Reading[] = [];
  const bugs: unknown[] = [];
  const tracker = new OffsetTracker();
  const parking = new VehicleParking({ maxPerVehicle: 100, maxInAll: 100, mustWait: () => false });
  let held = true;
  const journey = new ReadingJourney({
    codec,
    lessons: new SchemaLessons(codec, { graceMs: GRACE_MS, log }),
    parking,
    store: {
      storeOnce: async (row) => {
        stored.push(row);
        return {
          status: 'stored',
          clockSuspect: row.clockSuspect,
          receivedAt: row.receivedAt,
          origin: row.origin,
        };
      },
    },
    latest: {
      remember: (_, { reading }) => void remembered.push(reading),
      save: async () => undefined,
    },
    judge: () => JUDGE,
    signals: {
      encode: (signal) => Buffer.from(JSON.stringify(signal)),
      publish: async (_, bytes) => {
        signals.push(JSON.parse(bytes.toString()) as Signal);
      },
      pass: async (partition, heartbeat) =>
        void passed.push({ partition, ...heartbeat, after: signals.length }),
    },
    deadLetters: {
      bury: async ({ offset }, rejection) => {
        buried.push({ offset, rejection });
      },
    },
    fences: NO_FENCES,
    metrics: new ProcessorMetrics(createMetrics('test')),
    retentionMs: 365 * 24 * HOUR_MS,
    onBug: (error) => bugs.push(error),
    ...over,
  });
  const begin = (...records: ConsumedRecord[]) => {
    for (const { offset } of records) tracker.track(offset);
    const assignment = {
      topic: 't',
      partition: 0,
      epoch: 1,
      get held() {
        return held;
      },
    };
    journey.begin(new RecordBatch(assignment, records, tracker, () => undefined));
  };
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  return {
    journey,
    begin,
    settled,
    known,
    signals,
    passed,
    buried,
    stored,
    remembered,
    bugs,
    tracker,
    loseAssignment: () => (held = false),
  };
}

let offsets = 100n;
const aRecord = (reading: Partial<Reading> = {}, over: Partial<ConsumedRecord> = {}): ConsumedRecord => {
  const whole = aReading({ recordedAt: NOW, ...reading });
  return {
    topic: 'telemetry.readings.v1',
    partition: 0,
    offset: offsets++,
    timestamp: NOW + 20,
    key: Buffer.from(whole.vehicleId),
    value: frameAvro(SCHEMA, readingType, whole),
    headers: {},
    ...over,
  };
};

describe('a reading on its way', () => {
  it('is stored, remembered, judged, signalled, and only then resolved', async () => {
    const test = await aJourney();
    const record = aRecord({ engineTemperatureC: 104 });
    test.begin(record);
    await test.settled();
    expect(test.stored).toHaveLength(1);
    expect(test.remembered).toHaveLength(1);
    expect(test.signals[0]?.verdicts).toMatchObject([{ rule: 'hot', outcome: 'breach', value: 104 }]);
    expect(test.signals[0]?.origin).toEqual({
      topic: record.topic,
      partition: 0,
      offset: Number(record.offset),
    });
    expect(test.tracker.lowWatermark).toBe(record.offset + 1n);
  });

  it('is stored and marked when a value is beyond what is plausible, and no rule believes that', async () => {
    const test = await aJourney();
    test.begin(aRecord({ engineTemperatureC: 3000 }));
    await test.settled();
    expect(test.stored.map(({ implausible }) => implausible)).toEqual([['engineTemperatureC']]);
    expect(test.signals.map(({ verdicts }) => verdicts)).toEqual([[]]);
  });

  it('is signalled again when it was stored before, with the origin of the delivery that stored it', async () => {
    const first: Stored = {
      status: 'already-stored',
      clockSuspect: false,
      receivedAt: NOW - 5000,
      origin: { topic: 't', partition: 0, offset: 3 },
    };
    const test = await aJourney({ store: { storeOnce: async () => first } });
    test.begin(aRecord());
    await test.settled();
    expect(test.signals[0]).toMatchObject({ receivedAt: NOW - 5000, origin: { offset: 3 } });
  });

  it('of a clock that is ahead is stored, but neither judged nor the latest state', async () => {
    const test = await aJourney();
    test.begin(
      aRecord({ recordedAt: NOW + 20 + 120_001, engineTemperatureC: 140 }),
      aRecord({ recordedAt: NOW + 20 + 120_000 }),
    );
    await test.settled();
    expect(test.stored.map((row) => row.clockSuspect)).toEqual([true, false]);
    expect(test.remembered).toHaveLength(1);
    expect(test.signals.map(({ clockSuspect, verdicts }) => [clockSuspect, verdicts.length])).toEqual([
      [true, 0],
      [false, 1],
    ]);
  });

  it.each<[string, ConsumedRecord, string, RegExp]>([
    [
      'of another vehicle than its key',
      aRecord({}, { key: Buffer.from('other') }),
      'vehicle-mismatch',
      /"truck-17".*"other"/,
    ],
    ['without a key', aRecord({}, { key: null }), 'vehicle-mismatch', /key is missing/],
    ['without a value', aRecord({}, { value: null }), 'empty-body', /no value/],
    ['that is no Avro', aRecord({}, { value: Buffer.from('{}') }), 'malformed-body', /wire format/],
    [
      'older than the retention',
      aRecord({ recordedAt: NOW - 366 * 24 * HOUR_MS }),
      'beyond-retention',
      /365 days/,
    ],
  ])('%s becomes a dead letter, and those behind it go on', async (_, bad, reason, error) => {
    const test = await aJourney();
    const good = aRecord();
    test.begin(bad, good);
    await test.settled();
    expect(test.buried).toHaveLength(1);
    expect(test.buried[0]?.rejection.reason).toBe(reason);
    expect(test.buried[0]?.rejection.error).toMatch(error);
    expect(test.signals).toHaveLength(1);
    expect(test.tracker.lowWatermark).toBe(good.offset + 1n);
  });

  it('passes a heartbeat on once all before it is signalled, and does not hold up what is behind it', async () => {
    const answers: (() => void)[] = [];
    const test = await aJourney({
      store: {
        storeOnce: async ({ origin, receivedAt, reading }) => {
          if (reading.vehicleId === 'slow') await new Promise<void>((resolve) => answers.push(resolve));
          return { status: 'stored', clockSuspect: false, receivedAt, origin };
        },
      },
    });
    const headers = { [HEARTBEAT_HEADER]: Buffer.from(heartbeatHeader({ since: NOW - 60_000, upTo: NOW })) };
    const before = aRecord({ vehicleId: 'slow' });
    const heartbeat = aRecord({}, { key: null, value: null, headers, partition: 5 });
    const behind = aRecord({ vehicleId: 'quick' });
    test.begin(before, heartbeat, behind);
    await test.settled();
    expect(test.signals.map(({ vehicleId }) => vehicleId)).toEqual(['quick']);
    expect(test.passed).toEqual([]);
    for (const answer of answers) answer();
    await test.settled();
    expect(test.passed).toEqual([{ partition: 5, since: NOW - 60_000, upTo: NOW, after: 2 }]);
    expect(test.tracker.lowWatermark).toBe(behind.offset + 1n);
    expect([test.buried, test.bugs]).toEqual([[], []]);
  });

  it('is resolved once its row is acknowledged, where nobody is told of readings', async () => {
    const written: (() => void)[] = [];
    const row = (stored: ReadingRow): Stored => ({ status: 'stored', ...stored });
    const test = await aJourney({
      signals: undefined,
      store: { storeOnce: (stored) => new Promise((done) => written.push(() => done(row(stored)))) },
    });
    const headers = { [HEARTBEAT_HEADER]: Buffer.from(heartbeatHeader({ since: NOW - 60_000, upTo: NOW })) };
    const record = aRecord();
    const heartbeat = aRecord({}, { key: null, value: null, headers });
    test.begin(record, heartbeat);
    await test.settled();
    expect(test.tracker.lowWatermark).toBeUndefined();
    for (const acknowledge of written) acknowledge();
    await test.settled();
    expect(test.tracker.lowWatermark).toBe(heartbeat.offset + 1n);
    expect(test.remembered).toHaveLength(1);
    expect([test.signals, test.passed, test.buried, test.bugs]).toEqual([[], [], [], []]);
  });

  it('is not committed before the latest states of its partition are written', async () => {
    const saved: number[] = [];
    let away = true;
    const save = async (partition: number) => {
      if (away) throw new Error('away');
      saved.push(partition);
    };
    const test = await aJourney({ latest: { remember: () => undefined, save } });
    const assignment = { topic: 't', partition: 5, epoch: 1, held: true };
    await expect(test.journey.beforeCommit(assignment)).rejects.toThrow('away');
    away = false;
    await test.journey.beforeCommit(assignment);
    expect(saved).toEqual([5]);
  });

  it('P24: on which our own code throws becomes a dead letter, and those behind it go on', async () => {
    let calls = 0;
    const test = await aJourney({
      signals: {
        encode: () => {
          if (++calls === 1) throw new TypeError('a bug');
          return Buffer.from('{}');
        },
        publish: async () => undefined,
        pass: async () => undefined,
      },
    });
    const records = [aRecord(), aRecord()] as const;
    test.begin(...records);
    await test.settled();
    expect(test.buried.map(({ rejection }) => rejection)).toEqual([
      { reason: 'processing-error', error: 'TypeError: a bug' },
    ]);
    expect(test.tracker.lowWatermark).toBe(records[1].offset + 1n);
  });

  it('waits with its vehicle for a schema that is not known yet; other vehicles go on', async () => {
    const test = await aJourney();
    const waiting = aRecord({ vehicleId: 'a' });
    waiting.value?.writeUInt32BE(9, 1);
    const behind = aRecord({ vehicleId: 'a', sequence: 2 });
    const other = aRecord({ vehicleId: 'b' });
    test.begin(waiting, behind, other);
    await test.settled();
    expect(test.signals.map(({ vehicleId }) => vehicleId)).toEqual(['b']);
    test.known.set(9, JSON.stringify(readingSchema));
    await expect
      .poll(() => test.signals.map(({ vehicleId }) => vehicleId), { timeout: 3000 })
      .toEqual(['b', 'a', 'a']);
    expect(test.stored.map(({ reading }) => reading.sequence)).toEqual([1, 1, 2]);
  });

  it('is not overtaken on its way to the store by a later one of its vehicle', async () => {
    const stored: (number | null)[] = [];
    const release: (() => void)[] = [];
    const test = await aJourney({
      store: {
        storeOnce: (row) => {
          stored.push(row.reading.sequence);
          return new Promise((resolve) => {
            release.push(() =>
              resolve({ status: 'stored', clockSuspect: false, receivedAt: 0, origin: row.origin }),
            );
          });
        },
      },
    });
    const unknown = (sequence: number) => {
      const record = aRecord({ sequence });
      record.value?.writeUInt32BE(9, 1);
      return record;
    };
    test.begin(unknown(1), unknown(2));
    test.known.set(9, JSON.stringify(readingSchema));
    await expect.poll(() => stored, { timeout: 3000 }).toEqual([1, 2]);
    // The first two are being stored, and now the third comes.
    test.begin(unknown(3));
    await test.settled();
    for (const settle of release) settle();
    await test.settled();
    test.begin(unknown(4));
    await test.settled();
    expect(stored).toEqual([1, 2, 3, 4]);
  });

  it('whose schema does not appear in time becomes a dead letter', async () => {
    const test = await aJourney();
    const unknown = aRecord({}, { timestamp: NOW - GRACE_MS });
    unknown.value?.writeUInt32BE(9, 1);
    test.begin(unknown);
    await expect.poll(() => test.buried[0]?.rejection.reason, { timeout: 3000 }).toBe('unknown-schema');
  });

  it('lets no signal past an earlier one when a record between them is given up', async () => {
    const release: (() => void)[] = [];
    const test = await aJourney({
      store: {
        storeOnce: (row) =>
          new Promise((resolve) => {
            release.push(() =>
              resolve({ status: 'stored', clockSuspect: false, receivedAt: 0, origin: row.origin }),
            );
          }),
      },
    });
    test.begin(aRecord({ sequence: 1 }), aRecord({}, { value: null }), aRecord({ sequence: 3 }));
    await test.settled();
    release[1]?.();
    await test.settled();
    expect(test.signals).toEqual([]);
    release[0]?.();
    await test.settled();
    const order = test.signals.map(({ origin }) => origin.offset);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(2);
  });

  it('leaves its signal in the order of its vehicle, however long each takes to store', async () => {
    const release: (() => void)[] = [];
    const test = await aJourney({
      store: {
        storeOnce: (row) =>
          new Promise((resolve) => {
            release.push(() =>
              resolve({ status: 'stored', clockSuspect: false, receivedAt: 0, origin: row.origin }),
            );
          }),
      },
    });
    test.begin(...[1, 2, 3].map((sequence) => aRecord({ sequence })));
    await test.settled();
    for (const settle of release.reverse()) settle();
    await test.settled();
    const order = test.signals.map(({ origin }) => origin.offset);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(3);
  });

  it('is not signalled once the partition is another owner’s', async () => {
    const test = await aJourney();
    test.begin(aRecord());
    test.loseAssignment();
    await test.settled();
    expect(test.signals).toEqual([]);
    expect(test.tracker.lowWatermark).toBeUndefined();
  });

  it('on which the store has a bug is not resolved, and the bug is not swallowed', async () => {
    const test = await aJourney({
      store: {
        storeOnce: async () => {
          throw new Error('no grant');
        },
      },
    });
    test.begin(aRecord());
    await test.settled();
    expect(test.bugs).toHaveLength(1);
    expect(test.tracker.lowWatermark).toBeUndefined();
  });
});
