import type { LaneWatcher, RecordBatch } from '@navora/kafka';
import { gauge, gaugeStanding, type Standing } from '@navora/runtime';
import { DEAD_LETTER_REASONS, type DeadLetterReason, type Origin, type Reading } from '@navora/schemas';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ReadingRow } from './reading-row.js';
import { isLive, type Stored } from './reading-store.js';
import { SequenceMetrics } from './sequence-metrics.js';

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60];
/** From a vehicle that is on the air to one that was out of reach for a day. */
const ON_THEIR_WAY = [0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60, 600, 3600, 86_400];

/** Read when Prometheus asks. */
export interface Levels extends Standing {
  parkedRecords(): number;
  parkedVehicles(): number;
  parkedSchemas(): number;
  pausedPartitions(): number;
}

export class ProcessorMetrics {
  private readonly records: Counter;
  private readonly readings: Record<Stored['status'] | 'erased', Counter.Internal>;
  private readonly redelivered: Counter;
  private readonly suspects: Counter;
  private readonly implausible: Counter<'measurement'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly signals: Counter;
  private readonly readableAfter: Record<'live' | 'waited', Histogram.Internal<string>>;
  private readonly onTheirWay: Histogram;
  private readonly expirations: Counter;
  private readonly rulesChanges: Counter<'outcome'>;
  private readonly sequences: SequenceMetrics;
  /** Of requests to Kafka: signals and dead letters. */
  readonly requests: LaneWatcher;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Counter({ name: `navora_processor_${name}_total`, help, labelNames, registers });
    this.records = counter('received_records', 'Records taken over from Kafka: readings and heartbeats');
    const readings = counter(
      'readings',
      'Readings by what became of them: stored, already-stored (delivered again), erased (of an erased vehicle)',
      ['status'],
    );
    this.readings = {
      stored: readings.labels('stored'),
      'already-stored': readings.labels('already-stored'),
      erased: readings.labels('erased'),
    };
    this.redelivered = counter(
      'redelivered_records',
      'Records whose row stood already and came from this very record: handled before, or stored by an attempt whose answer was lost',
    );
    this.suspects = counter('clock_suspect', 'Readings of a clock that is ahead of ours: stored, not judged');
    this.implausible = counter(
      'implausible',
      'Values beyond their limits, by measurement: stored, marked, believed by no rule',
      ['measurement'],
    );
    this.deadLetters = counter('dead_letters', 'Records given up, by reason', ['reason']);
    this.signals = counter('signals', 'Signals that Kafka has acknowledged');
    this.rulesChanges = counter('rules_changes', 'Changed rules files that were taken up, or refused', [
      'outcome',
    ]);
    this.expirations = counter(
      'expirations',
      'Times that Kafka had deleted readings of a partition before they were processed: readings are lost',
    );
    // From the beginning: an alert on an increase misses the first of what was not there before.
    for (const reason of DEAD_LETTER_REASONS) this.deadLetters.inc({ reason }, 0);
    for (const outcome of ['taken', 'refused'] as const) this.rulesChanges.inc({ outcome }, 0);
    const readableAfter = new Histogram({
      name: 'navora_processor_received_to_stored_seconds',
      help: "From the bridge's receipt to the stored row; live, or waited: received a minute or more after it was recorded",
      labelNames: ['arrival'] as const,
      buckets: SECONDS,
      registers,
    });
    this.readableAfter = { live: readableAfter.labels('live'), waited: readableAfter.labels('waited') };
    this.onTheirWay = new Histogram({
      name: 'navora_processor_recorded_to_received_seconds',
      help: "From a reading's time by its vehicle's clock to the bridge's receipt; of clocks that are ahead, 0",
      buckets: ON_THEIR_WAY,
      registers,
    });
    this.sequences = new SequenceMetrics(registry);
    const failures = counter('request_failures', 'Requests to Kafka that failed and were repeated');
    this.requests = { failed: () => failures.inc() };
  }

  received({ records, assignment }: RecordBatch): void {
    this.records.inc(records.length);
    this.sequences.beginEpoch(assignment.epoch);
  }

  /** In the order of its vehicle. */
  setsOut(reading: Reading): void {
    this.sequences.note(reading);
  }

  rulesChanged(outcome: 'taken' | 'refused'): void {
    this.rulesChanges.inc({ outcome });
  }

  stored(stored: Stored, row: ReadingRow): void {
    this.readings[stored.status].inc();
    if (stored.status === 'already-stored' && isOf(stored.origin, row.origin)) this.redelivered.inc();
    if (stored.clockSuspect) this.suspects.inc();
    if (stored.status !== 'stored') return;
    for (const measurement of row.implausible) this.implausible.inc({ measurement });
    const readableAfterMs = Math.max(0, Date.now() - row.receivedAt);
    this.readableAfter[isLive(row) ? 'live' : 'waited'].observe(readableAfterMs / 1000);
    this.onTheirWay.observe(Math.max(0, row.receivedAt - row.reading.recordedAt) / 1000);
  }

  signalled(): void {
    this.signals.inc();
  }

  erased(): void {
    this.readings.erased.inc();
  }

  deadLettered(reason: DeadLetterReason): void {
    this.deadLetters.inc({ reason });
  }

  readingsExpired(): void {
    this.expirations.inc();
  }

  watchRules(isRefused: () => boolean): void {
    this.level('rules_refused', '1 while the rules file is wrong, so that older rules are in force', () =>
      Number(isRefused()),
    );
  }

  watch(levels: Levels): void {
    gaugeStanding(this.registry, 'navora_processor', levels);
    this.level(
      'parked_records',
      'Readings that wait for a schema, or behind one that does',
      levels.parkedRecords,
    );
    this.level('parked_vehicles', 'Vehicles whose readings wait', levels.parkedVehicles);
    this.level('parked_schemas', 'Schema ids that readings wait for', levels.parkedSchemas);
    this.level(
      'paused_partitions',
      'Partitions not fetched from, as no more of their readings may wait',
      levels.pausedPartitions,
    );
  }

  private level(name: string, help: string, read: () => number): void {
    gauge(this.registry, `navora_processor_${name}`, help, read);
  }
}

function isOf(origin: Origin, record: Origin): boolean {
  return (
    origin.partition === record.partition && origin.offset === record.offset && origin.topic === record.topic
  );
}
