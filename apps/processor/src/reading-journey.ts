import type {
  Assignment,
  ConsumedRecord,
  DeadLetters,
  Parked,
  RecordBatch,
  SchemaLessons,
  VehicleParking,
} from '@navora/kafka';
import type { FenceCheck } from '@navora/erasure';
import type { Judge } from '@navora/rules';
import {
  heartbeatOf,
  rejected,
  type Decoded,
  type Heartbeat,
  type ReadingCodec,
  type Rejection,
} from '@navora/schemas';
import { handedOn, NO_TRACING, type TracedLog, type TracedSpan, type Tracing } from '@navora/tracing';
import { check } from './check.js';
import type { LatestStates } from './latest-states.js';
import type { ProcessorMetrics } from './metrics.js';
import { rowOf, type ReadingRow } from './reading-row.js';
import type { ReadingStore, Stored } from './reading-store.js';
import { signalOf, type Signals } from './signals.js';

export interface JourneyParts {
  codec: Pick<ReadingCodec, 'decode'>;
  lessons: Pick<SchemaLessons, 'untilSettled'>;
  parking: Pick<VehicleParking, 'isParked' | 'park' | 'first' | 'release'>;
  store: Pick<ReadingStore, 'storeOnce'>;
  latest: Pick<LatestStates, 'remember' | 'save'>;
  /** Of the rules that are in force now. */
  judge: () => Judge;
  /** Undefined where nobody needs alerts: a reading is then done once its row is acknowledged. */
  signals: Pick<Signals, 'encode' | 'publish' | 'pass'> | undefined;
  deadLetters: Pick<DeadLetters, 'bury'>;
  fences: FenceCheck;
  metrics: ProcessorMetrics;
  retentionMs: number;
  tracing?: Pick<Tracing, 'goesOn'>;
  tracedLog?: Pick<TracedLog, 'tell'>;
  /** A bug outside the pure steps: the process must end, nothing of it was committed. */
  onBug(error: unknown): void;
}

type Refused = { rejection: Rejection };

/**
 * One batch of readings from one partition: hands each reading on in its vehicle's order. Each resolves alone
 * (stored and signalled, or dead-lettered); the offset follows the oldest unresolved one.
 *
 * A reading is decoded, checked for identity and time, stored once by group commit, remembered as the vehicle's
 * latest state, judged by the rules, and published as a signal: also when it was stored before, since the crash
 * may have come between store and publish. What was remembered is written before the offset follows. A heartbeat passes on once all before it is signalled. One whose schema is
 * not known yet is parked, and those of its vehicle behind it.
 *
 * A reading that its vehicle's fence holds back is erased: resolved without a trace, wherever on its way it is. The
 * fence is asked here at the head, and again before each write.
 */
export class ReadingJourney {
  /** The youngest record under way of each vehicle: settled once its signal has been handed over. */
  private readonly lastOf = new Map<string, Promise<void>>();

  private readonly tracing: Pick<Tracing, 'goesOn'>;

  constructor(private readonly parts: JourneyParts) {
    this.tracing = parts.tracing ?? NO_TRACING;
  }

  begin(batch: RecordBatch): void {
    this.parts.metrics.received(batch);
    for (const record of batch.records) {
      const heartbeat = heartbeatOf(record);
      if (heartbeat) {
        this.pass(batch, record, heartbeat).catch(this.parts.onBug);
        continue;
      }
      if (this.isErased(record)) {
        this.setOut(batch, record, 'erased');
        continue;
      }
      const row = this.parts.parking.isParked(record) ? undefined : this.read(record);
      if (row) {
        this.setOut(batch, record, row);
      } else {
        const first = this.parts.parking.park(batch, record);
        if (first) this.goOnWithVehicle(first).catch(this.parts.onBug);
      }
    }
  }

  /** What is committed is in the latest state of its vehicle: a failure postpones it. */
  async beforeCommit({ partition }: Assignment): Promise<void> {
    await this.parts.latest.save(partition);
  }

  /** It says that everything before it is signalled, so it waits for that. */
  private async pass(batch: RecordBatch, record: ConsumedRecord, heartbeat: Heartbeat): Promise<void> {
    await batch.untilOldest(record);
    if (!batch.assignment.held) return;
    await this.parts.signals?.pass(record.partition, heartbeat);
    batch.resolve(record);
  }

  /** Nothing is awaited from here to the store: of two deliveries of one reading the first must be stored. */
  private setOut(batch: RecordBatch, record: ConsumedRecord, row: ReadingRow | Refused | 'erased'): void {
    if (typeof row === 'object' && 'reading' in row) this.parts.metrics.setsOut(row.reading);
    const vehicle = record.key?.toString() ?? '';
    const span = this.tracing.goesOn('process', record.headers);
    // Every promise here is one for each reading, and lives for as long as that is under way: few are quicker.
    const journey: Promise<void> = this.follow(batch, record, row, this.lastOf.get(vehicle), span).then(
      () => {
        if (this.lastOf.get(vehicle) === journey) this.lastOf.delete(vehicle);
      },
      this.parts.onBug,
    );
    this.lastOf.set(vehicle, journey);
  }

  /** Sets the parked readings of a vehicle out, one after the other, each once its schema is known or given up. */
  private async goOnWithVehicle(first: Parked): Promise<void> {
    const { parking } = this.parts;
    for (let parked: Parked | undefined = first; parked; parked = parking.first(parked.record)) {
      const row = this.read(parked.record) ?? (await this.readOnceSettled(parked));
      if (row === 'not-ours') return; // it is parked no more, and whoever is there now is another's
      parking.release(parked);
      this.setOut(parked.batch, parked.record, row);
    }
  }

  private async readOnceSettled({ batch, record }: Parked): Promise<ReadingRow | Refused | 'not-ours'> {
    const decoded = this.decode(record);
    if (!('schemaPending' in decoded)) return this.checked(record, decoded);
    const outcome = await this.parts.lessons.untilSettled(decoded.schemaPending, record, batch.assignment);
    if (!batch.assignment.held) return 'not-ours';
    return outcome === 'known' ? this.checked(record, this.decode(record)) : outcome;
  }

  private async follow(
    batch: RecordBatch,
    record: ConsumedRecord,
    row: ReadingRow | Refused | 'erased',
    earlier: Promise<void> | undefined,
    span: TracedSpan | undefined,
  ): Promise<void> {
    if (row === 'erased') return this.forget(batch, record, earlier, span);
    if ('rejection' in row) return this.bury(batch, record, row.rejection, earlier, span);
    const storing = span?.part('store');
    const stored = await this.parts.store.storeOnce(row);
    storing?.end();
    if (stored === 'erased') return this.forget(batch, record, earlier, span);
    if ('rejection' in stored) return this.bury(batch, record, stored.rejection, earlier, span);
    span?.tell({ 'navora.vehicle_id': row.reading.vehicleId, 'navora.status': stored.status });
    this.parts.metrics.stored(stored, row);

    if (!stored.clockSuspect) this.parts.latest.remember(record.partition, row);

    const { signals } = this.parts;
    if (!signals) return this.resolve(batch, record, span);
    const signal = this.judged(signals, row, stored);
    if ('rejection' in signal) return this.bury(batch, record, signal.rejection, earlier, span);

    if (earlier) await earlier; // a vehicle's signals leave in its order
    if (!batch.assignment.held) return span?.fail('not ours'); // the partition's new owner meets it again
    if (this.isErased(record)) return this.forget(batch, record, earlier, span);
    const headers = span?.headers ?? handedOn(record.headers);
    const published = signals.publish(row.reading.vehicleId, signal.bytes, headers);
    // Not awaited: the next of the vehicle may leave before Kafka has this one.
    void published.then(() => {
      this.parts.metrics.signalled();
      this.resolve(batch, record, span);
    }, this.parts.onBug);
  }

  /** decode → check → row; undefined while the schema is not known. */
  private read(record: ConsumedRecord): ReadingRow | Refused | undefined {
    const decoded = this.decode(record);
    return 'schemaPending' in decoded ? undefined : this.checked(record, decoded);
  }

  private decode(record: ConsumedRecord): Decoded {
    const { value } = record;
    if (value === null || value.length === 0) return rejected('empty-body', 'the record has no value');
    return orProcessingError(() => this.parts.codec.decode(value));
  }

  private checked(record: ConsumedRecord, decoded: Decoded): ReadingRow | Refused {
    if ('rejection' in decoded) return decoded;
    return orProcessingError(() => {
      if ('schemaPending' in decoded) throw new Error(`schema ${decoded.schemaPending} was forgotten`);
      const found = check(decoded.reading, record, this.parts.retentionMs);
      return 'rejection' in found
        ? found
        : rowOf(found, record, this.parts.judge().implausible(found.reading));
    });
  }

  private judged(
    signals: Pick<Signals, 'encode'>,
    row: ReadingRow,
    stored: Stored,
  ): { bytes: Buffer } | Refused {
    return orProcessingError(() => ({
      bytes: signals.encode(signalOf(row.reading, stored, this.parts.judge())),
    }));
  }

  /** A dead letter holds the body, so there must be none of what is erased. */
  private async bury(
    batch: RecordBatch,
    record: ConsumedRecord,
    rejection: Rejection,
    earlier: Promise<void> | undefined,
    span: TracedSpan | undefined,
  ): Promise<void> {
    if (!this.parts.fences.fresh) await this.parts.fences.untilFresh();
    if (this.isErased(record)) return this.forget(batch, record, earlier, span);
    const { reason } = rejection;
    this.parts.metrics.deadLettered(reason);
    const vehicleId = record.key?.toString();
    this.parts.tracedLog?.tell('dead_lettered', record.headers, { vehicleId, reason });
    await this.parts.deadLetters.bury(record, rejection);
    batch.resolve(record);
    span?.fail(reason);
    await earlier; // the signal behind it follows the one before it
  }

  private isErased({ key, timestamp }: ConsumedRecord): boolean {
    return key !== null && this.parts.fences.isErased(key.toString(), timestamp);
  }

  private async forget(
    batch: RecordBatch,
    record: ConsumedRecord,
    earlier: Promise<void> | undefined,
    span: TracedSpan | undefined,
  ): Promise<void> {
    this.parts.metrics.erased();
    batch.resolve(record);
    span?.fail('erased');
    await earlier; // the signal behind it follows the one before it
  }

  private resolve(batch: RecordBatch, record: ConsumedRecord, span: TracedSpan | undefined): void {
    batch.resolve(record);
    span?.end();
  }
}

/** A bug in a pure step costs one record its place, not a partition its progress. */
function orProcessingError<T>(step: () => T): T | Refused {
  try {
    return step();
  } catch (error) {
    return rejected(
      'processing-error',
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    );
  }
}
