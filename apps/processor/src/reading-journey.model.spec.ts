import type { BatchAnswer, ConditionalStore } from '@navora/cassandra';
import { NO_FENCES } from '@navora/erasure';
import { OffsetTracker, RecordBatch, VehicleParking, type ConsumedRecord } from '@navora/kafka';
import { Judge, parseRules } from '@navora/rules';
import { createLogger, createMetrics } from '@navora/runtime';
import { rejected, type Origin, type Reading, type Signal } from '@navora/schemas';
import { aReading, invariant, modelRuns } from '@navora/testing';
import fc from 'fast-check';
import { it } from 'vitest';
import { LatestStates, type LatestState } from './latest-states.js';
import { ProcessorMetrics } from './metrics.js';
import { ReadingJourney } from './reading-journey.js';
import type { ReadingRow } from './reading-row.js';
import { ReadingStore } from './reading-store.js';
import { contentOf, disagreement, type StoredReading } from './same-content.js';

const NOW = 1_763_800_000_000;
const TOPIC = 'telemetry.readings.v1';
const ASSIGNMENT = { topic: TOPIC, partition: 0, epoch: 1, held: true };
const turn = () => new Promise(setImmediate);
const pick = <T>(from: T[], choice: number): T | undefined => from.splice(choice % (from.length || 1), 1)[0];

/** `bug`: one of our own pure steps throws on it. */
type Body = { id: number; speedKph: number } | 'malformed' | 'bug';
type Existing = StoredReading & { messageId: string };

const judge = new Judge(
  parseRules('rules: [{ id: fast, measurement: speedKph, above: 15, severity: warning }]', 'rules'),
);

const metrics = new ProcessorMetrics(createMetrics('test'));
const log = createLogger('test', 'silent');

const keyOf = ({ vehicleId, recordedAt, messageId }: Reading) => `${vehicleId}/${recordedAt}/${messageId}`;
const placeOf = ({ partition, offset }: Origin) => `${partition}/${offset}`;

function readingOf({ id, speedKph }: Exclude<Body, string>): Reading {
  const messageId = `00000000-0000-4000-8000-00000000000${id}`;
  return aReading({ messageId, vehicleId: `truck-${id % 2}`, recordedAt: NOW, speedKph });
}

/** What outlives the process: one partition, the rows, latest states, signals and dead letters, and the offset. */
class World implements ConditionalStore<ReadingRow, Existing> {
  readonly log: Body[] = [];
  committed = 0n;
  /** What waits for an answer of Kafka or Cassandra; those who asked may be dead by then. */
  readonly waiting: (() => void)[] = [];
  private readonly rows = new Map<string, ReadingRow>();
  private readonly signals = new Set<string>();
  private readonly letters = new Set<bigint>();
  private readonly remembered = new Set<string>();
  private broken: string | undefined;
  private process = this.start();

  crash(): void {
    this.process = this.start();
  }

  deliver(count: number): void {
    const { process } = this;
    const from = Number(process.position);
    const records = this.log.slice(from, from + count).map((body, i) => aRecord(from + i, body));
    if (records.length === 0) return;
    for (const { offset } of records) process.tracker.track(offset);
    process.position = BigInt(from + records.length);
    try {
      process.journey.begin(new RecordBatch(ASSIGNMENT, records, process.tracker, () => undefined));
    } catch (error) {
      this.stopped(error);
    }
  }

  /** As the commit loop does it: one at a time, and nothing is left of it once the process has crashed. */
  async commit(): Promise<void> {
    const { process } = this;
    const offset = process.tracker.lowWatermark;
    if (offset === undefined || process.committing) return;
    process.committing = true;
    await process.journey.beforeCommit(ASSIGNMENT);
    process.committing = false;
    if (process === this.process) this.committed = offset;
  }

  check(): void {
    if (this.broken) throw new Error(this.broken);
    for (const [index, body] of this.log.slice(0, Number(this.committed)).entries()) {
      const wrong = this.wrongWith(body, BigInt(index));
      if (wrong) throw new Error(`${wrong} (offset ${index} of ${this.committed} committed)`);
    }
  }

  /** Everything answers: all records are resolved and committed before long. */
  async heal(): Promise<void> {
    const end = BigInt(this.log.length);
    for (let round = 0; round < 300 && this.committed < end; round++) {
      this.deliver(100);
      for (const answer of this.waiting.splice(0)) answer();
      await turn();
      void this.commit();
      await turn();
      this.check();
    }
    invariant('I9', this.committed === end, () => `committed ${this.committed} of ${end}`);
  }

  insertAllIfNew(rows: ReadingRow[]): Promise<BatchAnswer<Existing>> {
    return this.answered(() => {
      const existing = rows.flatMap(({ reading }) => this.rows.get(keyOf(reading)) ?? []);
      if (existing.length > 0) return { applied: false, existing: existing.map(existingOf) };
      for (const row of rows) this.rows.set(keyOf(row.reading), row);
      return { applied: true };
    });
  }

  classify(): 'bug' {
    return 'bug';
  }

  private wrongWith(body: Body, offset: bigint): string | undefined {
    const hasLetter = this.letters.has(offset);
    if (typeof body === 'string') return hasLetter ? undefined : `I8: a ${body} record without a dead letter`;
    const reading = readingOf(body);
    const row = this.rows.get(keyOf(reading));
    if (!row) return 'I5: a record without a row';
    if (disagreement(contentOf(reading), contentOf(row.reading)) !== undefined)
      return hasLetter ? undefined : 'I8: a conflicting record without a dead letter';
    if (hasLetter) return 'I8: a good record was dead-lettered';
    if (!this.signals.has(placeOf(row.origin))) return 'I5 and I7: a record without a signal';
    if (!this.remembered.has(reading.vehicleId)) return 'I5: a record without a latest state';
    return undefined;
  }

  private start() {
    const journey = new ReadingJourney({
      codec: { decode: decoded },
      lessons: { untilSettled: async () => 'known' },
      parking: new VehicleParking({ maxPerVehicle: 10, maxInAll: 10, mustWait: () => false }),
      store: new ReadingStore(this, { maxBatchesInFlight: 2, fences: NO_FENCES }),
      latest: new LatestStates(
        { write: (_, states) => this.answered(() => this.write(states)) },
        log,
        NO_FENCES,
      ),
      judge: () => judge,
      fences: NO_FENCES,
      signals: {
        encode: (signal) => Buffer.from(JSON.stringify(signal)),
        publish: (_, bytes) => {
          const { origin } = JSON.parse(bytes.toString()) as Signal;
          return this.answered(() => void this.signals.add(placeOf(origin)));
        },
        pass: () => this.answered(() => undefined),
      },
      deadLetters: {
        bury: ({ offset }) => this.answered(() => void this.letters.add(offset)),
      },
      metrics,
      retentionMs: 1000,
      onBug: (error) => this.stopped(error),
    });
    return { journey, tracker: new OffsetTracker(), position: this.committed, committing: false };
  }

  private write(states: readonly LatestState[]): void {
    for (const { vehicleId } of states) this.remembered.add(vehicleId);
  }

  private stopped(error: unknown): void {
    this.broken ??= `I8 and I9: one record stops the process: ${String(error)}`;
  }

  /** Happens, and is heard of, once the history says so. */
  private answered<T>(happens: () => T): Promise<T> {
    return new Promise((resolve) => this.waiting.push(() => resolve(happens())));
  }
}

function existingOf({ reading, clockSuspect, receivedAt, origin }: ReadingRow): Existing {
  return { messageId: reading.messageId, content: contentOf(reading), clockSuspect, receivedAt, origin };
}

function aRecord(offset: number, body: Body): ConsumedRecord {
  const key = Buffer.from(typeof body === 'string' ? 'truck-0' : `truck-${body.id % 2}`);
  const value = Buffer.from(JSON.stringify(body));
  return { topic: TOPIC, partition: 0, offset: BigInt(offset), timestamp: NOW, key, value, headers: {} };
}

function decoded(value: Buffer) {
  const body = JSON.parse(value.toString()) as Body;
  if (body === 'bug') throw new TypeError('a bug of ours');
  return body === 'malformed' ? rejected('malformed-body', 'no reading') : { reading: readingOf(body) };
}

const body = fc.oneof(
  { weight: 8, arbitrary: fc.record({ id: fc.nat(5), speedKph: fc.constantFrom(10, 10, 10, 20) }) },
  { weight: 1, arbitrary: fc.constantFrom('malformed' as const, 'bug' as const) },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ produce: body }) },
  { weight: 3, arbitrary: fc.record({ deliver: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 8, arbitrary: fc.record({ answer: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
);

it('P15, P16, P24, P26: wherever the process dies and whatever its records hold, what is committed has its row and signal, or its dead letter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), async (history) => {
      const world = new World();
      for (const one of history) {
        if (one === 'commit') void world.commit();
        else if (one === 'crash') world.crash();
        else if ('produce' in one) world.log.push(one.produce);
        else if ('deliver' in one) world.deliver(one.deliver);
        else pick(world.waiting, one.answer)?.();
        await turn();
        world.check();
      }
      await world.heal();
    }),
    modelRuns(400),
  );
}, 120_000);
