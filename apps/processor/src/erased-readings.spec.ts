import type { FenceCheck } from '@navora/erasure';
import { OffsetTracker, RecordBatch, VehicleParking, type ConsumedRecord } from '@navora/kafka';
import { Judge, parseRules } from '@navora/rules';
import { createMetrics } from '@navora/runtime';
import { rejected, type Reading } from '@navora/schemas';
import { aReading, eventually } from '@navora/testing';
import { expect, it } from 'vitest';
import { ProcessorMetrics } from './metrics.js';
import { ReadingJourney } from './reading-journey.js';
import type { ReadingRow } from './reading-row.js';
import { ReadingStore } from './reading-store.js';

const NOW = Date.now();
const judge = new Judge(parseRules('rules: []', 'rules'));

/** Fences in the test's hands. */
class HandFences implements FenceCheck {
  fresh = true;
  readonly erased = new Map<string, number>();
  private waiting: (() => void)[] = [];

  isErased(vehicleId: string, receivedAt: number): boolean {
    return receivedAt <= (this.erased.get(vehicleId) ?? -1);
  }

  async untilFresh(): Promise<void> {
    while (!this.fresh) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  refresh(): void {
    this.fresh = true;
    for (const resume of this.waiting.splice(0)) resume();
  }
}

function aProcessor(fates: ('ok' | 'lost')[] = []) {
  const fences = new HandFences();
  const written: string[] = [];
  const traces: string[] = [];
  const bugs: unknown[] = [];
  const attempts: (() => void)[] = [];
  const tracker = new OffsetTracker();
  const store = new ReadingStore(
    {
      insertAllIfNew: async (rows: ReadingRow[]) => {
        for (const attempt of attempts.splice(0)) attempt();
        if (fates.shift() === 'lost') throw new Error('lost');
        written.push(...rows.map(({ reading }) => reading.vehicleId));
        return { applied: true };
      },
      classify: () => 'unknown-outcome',
    },
    { maxBatchesInFlight: 1, fences },
  );
  const journey = new ReadingJourney({
    codec: { decode: (value) => decoded(value) },
    lessons: { untilSettled: async () => 'known' },
    parking: new VehicleParking({ maxPerVehicle: 10, maxInAll: 10, mustWait: () => false }),
    store,
    latest: {
      remember: (_, { reading: { vehicleId } }) => void traces.push(`state of ${vehicleId}`),
      save: async () => undefined,
    },
    judge: () => judge,
    signals: {
      encode: () => Buffer.of(0),
      publish: async (vehicleId) => void traces.push(`signal of ${vehicleId}`),
      pass: async () => undefined,
    },
    deadLetters: { bury: async ({ key }) => void traces.push(`dead letter of ${key?.toString()}`) },
    fences,
    metrics: new ProcessorMetrics(createMetrics('test')),
    retentionMs: 365 * 86_400_000,
    onBug: (error) => bugs.push(error),
  });
  const begin = (...records: ConsumedRecord[]) => {
    for (const { offset } of records) tracker.track(offset);
    const assignment = { topic: 't', partition: 0, epoch: 1, held: true };
    journey.begin(new RecordBatch(assignment, records, tracker, () => undefined));
  };
  return { fences, written, traces, bugs, attempts, tracker, begin };
}

const decoded = (value: Buffer) =>
  value.toString() === 'bad'
    ? rejected('malformed-body', 'bad')
    : { reading: { ...aReading(), ...(JSON.parse(value.toString()) as Partial<Reading>) } };

let offsets = 0n;
const aRecord = (vehicleId: string, timestamp = NOW, body?: string): ConsumedRecord => ({
  ...{ topic: 't', partition: 0, offset: offsets++, timestamp, headers: {} },
  key: Buffer.from(vehicleId),
  value: Buffer.from(body ?? JSON.stringify({ vehicleId, recordedAt: timestamp, messageId: `m${offsets}` })),
});

const settled = async (turns = 20) => {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
};

it('a reading received up to its vehicle’s fence is resolved without a trace; those of others and later ones are not', async () => {
  const test = aProcessor();
  test.fences.erased.set('forgotten', NOW);
  test.begin(aRecord('forgotten', NOW), aRecord('other', NOW), aRecord('forgotten', NOW + 1));
  await settled();
  expect(test.written.sort()).toEqual(['forgotten', 'other']);
  expect(test.traces.sort()).toEqual([
    'signal of forgotten',
    'signal of other',
    'state of forgotten',
    'state of other',
  ]);
  expect(test.tracker.unresolved).toBe(0);
});

it('a bad record of an erased vehicle becomes no dead letter, which would hold its body', async () => {
  const test = aProcessor();
  test.fences.erased.set('forgotten', NOW);
  test.begin(aRecord('forgotten', NOW, 'bad'), aRecord('other', NOW, 'bad'));
  await settled();
  expect(test.traces).toEqual(['dead letter of other']);
  expect(test.tracker.unresolved).toBe(0);
});

it('a fence that comes while the answer of a write is lost keeps the reading out of the next attempt', async () => {
  const test = aProcessor(['lost']);
  test.attempts.push(() => test.fences.erased.set('forgotten', NOW));
  test.begin(aRecord('forgotten'));
  await settled();
  await eventually('the reading is resolved', () => test.tracker.unresolved === 0);
  expect([test.written, test.traces, test.tracker.unresolved], 'I14').toEqual([[], [], 0]);
});

it('with fences that are stale nothing is written, and it goes on by itself when they are fresh', async () => {
  const test = aProcessor();
  test.fences.fresh = false;
  test.begin(aRecord('truck'), aRecord('forgotten'), aRecord('truck', NOW, 'bad'));
  await settled();
  expect([test.written, test.traces, test.tracker.unresolved], 'I14').toEqual([[], [], 3]);
  test.fences.erased.set('forgotten', NOW);
  test.fences.refresh();
  await settled();
  expect(test.written).toEqual(['truck']);
  expect(test.traces.sort()).toEqual(['dead letter of truck', 'signal of truck', 'state of truck']);
  expect([test.tracker.unresolved, test.bugs]).toEqual([0, []]);
});
