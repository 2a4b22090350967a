import type { ConsumedRecord, DeadLetters, RecordBatch } from '@navora/kafka';
import type { Rules } from '@navora/rules';
import { rejected, type Decoded, type ReadingCodec, type Rejection } from '@navora/schemas';
import { check } from './check.js';
import type { LatestStates } from './latest-states.js';
import type { ProcessorMetrics } from './metrics.js';
import { rowOf, type ReadingRow } from './reading-row.js';
import type { ReadingStore, Stored } from './reading-store.js';
import type { SchemaParking } from './schema-parking.js';
import { signalOf, type Signals } from './signals.js';

export interface JourneyParts {
  codec: Pick<ReadingCodec, 'decode'>;
  parking: Pick<SchemaParking, 'whenKnown'>;
  store: Pick<ReadingStore, 'storeOnce'>;
  latest: Pick<LatestStates, 'remember'>;
  rules: Rules;
  signals: Pick<Signals, 'encode' | 'publish'>;
  deadLetters: Pick<DeadLetters, 'bury'>;
  metrics: ProcessorMetrics;
  retentionMs: number;
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
 * may have come between store and publish.
 */
export class ReadingJourney {
  /** The youngest record under way of each vehicle: settled once its signal has been handed over. */
  private readonly lastOf = new Map<string, Promise<void>>();
  /** How many of a vehicle's readings wait on their way to the store. While any does, those behind it wait too. */
  private readonly waitingOf = new Map<string, number>();

  constructor(private readonly parts: JourneyParts) {}

  begin(batch: RecordBatch): void {
    for (const record of batch.records) {
      const vehicle = record.key?.toString() ?? '';
      const journey = this.follow(batch, record, vehicle, this.lastOf.get(vehicle)).catch(this.parts.onBug);
      this.lastOf.set(vehicle, journey);
      void journey.then(() => {
        if (this.lastOf.get(vehicle) === journey) this.lastOf.delete(vehicle);
      });
    }
  }

  private async follow(
    batch: RecordBatch,
    record: ConsumedRecord,
    vehicle: string,
    earlier: Promise<void> | undefined,
  ): Promise<void> {
    // Nothing is awaited between here and the store unless the reading must wait: of two deliveries of one
    // reading the first must be the one that is stored.
    const atOnce = this.waitingOf.has(vehicle) ? undefined : this.read(record);
    const row = atOnce ?? (await this.readInTurn(record, vehicle, earlier));
    const storing = 'rejection' in row ? row : this.parts.store.storeOnce(row);
    if (!atOnce) this.noLongerWaits(vehicle);

    const stored = await storing;
    if ('rejection' in row) return this.bury(batch, record, row.rejection);
    if ('rejection' in stored) return this.bury(batch, record, stored.rejection);
    this.parts.metrics.stored(stored, row);

    const remembered = stored.clockSuspect ? undefined : this.parts.latest.remember(row.shard, row.reading);

    const signal = this.judged(row, stored);
    if ('rejection' in signal) return this.bury(batch, record, signal.rejection);

    await earlier; // a vehicle's signals leave in its order
    if (!batch.assignment.held) return; // the partition's new owner meets this record again
    const published = this.parts.signals.publish(row.reading.vehicleId, signal.bytes);
    this.resolveAfter(batch, record, published, remembered);
  }

  /** decode → check → row; undefined while the schema is not known. */
  private read(record: ConsumedRecord): ReadingRow | Refused | undefined {
    const decoded = this.decode(record);
    return 'schemaPending' in decoded ? undefined : this.checked(record, decoded);
  }

  /** The same after what is ahead of it, and once its schema is known or given up. */
  private async readInTurn(
    record: ConsumedRecord,
    vehicle: string,
    earlier: Promise<void> | undefined,
  ): Promise<ReadingRow | Refused> {
    this.waitingOf.set(vehicle, (this.waitingOf.get(vehicle) ?? 0) + 1);
    const first = this.decode(record);
    // Asked for at once, not when its turn comes: else a row of unknown schemas would wait one grace time each.
    const known = 'schemaPending' in first ? this.parts.parking.whenKnown(first.schemaPending) : undefined;
    await earlier;
    if (!('schemaPending' in first)) return this.checked(record, first);
    if (await known) return this.checked(record, this.decode(record));
    return rejected(
      'unknown-schema',
      `the registry has no schema ${first.schemaPending}, also after the grace time`,
    );
  }

  private noLongerWaits(vehicle: string): void {
    const others = (this.waitingOf.get(vehicle) ?? 1) - 1;
    if (others > 0) this.waitingOf.set(vehicle, others);
    else this.waitingOf.delete(vehicle);
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
      return 'rejection' in found ? found : rowOf(found, record);
    });
  }

  private judged(row: ReadingRow, stored: Stored): { bytes: Buffer } | Refused {
    return orProcessingError(() => ({
      bytes: this.parts.signals.encode(signalOf(row.reading, stored, this.parts.rules)),
    }));
  }

  private async bury(batch: RecordBatch, record: ConsumedRecord, rejection: Rejection): Promise<void> {
    this.parts.metrics.deadLettered(rejection.reason);
    await this.parts.deadLetters.bury(record, rejection);
    batch.resolve(record);
  }

  private resolveAfter(
    batch: RecordBatch,
    record: ConsumedRecord,
    published: Promise<void>,
    remembered: Promise<void> | undefined,
  ): void {
    void Promise.all([published, remembered]).then(() => batch.resolve(record), this.parts.onBug);
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
