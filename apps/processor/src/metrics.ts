import type { DeadLetterReason, Origin } from '@navora/schemas';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReadingRow } from './reading-row.js';
import type { Stored } from './reading-store.js';

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

export class ProcessorMetrics {
  private readonly readings: Counter<'status'>;
  private readonly redelivered: Counter;
  private readonly suspects: Counter;
  private readonly implausible: Counter<'measurement'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly latency: Histogram;
  private readonly batchRows: Histogram;
  private readonly batchSeconds: Histogram;
  private readonly failures: Counter<'kind'>;
  private readonly expirations: Counter;
  private readonly rulesChanges: Counter<'outcome'>;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.readings = new Counter({
      name: 'navora_processor_readings_total',
      help: 'Readings by what became of them.',
      labelNames: ['status'],
      registers,
    });
    this.redelivered = new Counter({
      name: 'navora_processor_redelivered_records_total',
      help: 'Records whose row stood already and came from this very record: handled before, or stored by an attempt whose answer was lost.',
      registers,
    });
    this.suspects = new Counter({
      name: 'navora_processor_clock_suspect_total',
      help: 'Readings of a clock that is ahead of ours: stored, not judged.',
      registers,
    });
    this.implausible = new Counter({
      name: 'navora_processor_implausible_total',
      help: 'Values beyond their limits, by measurement: stored, marked, believed by no rule.',
      labelNames: ['measurement'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'navora_processor_dead_letters_total',
      help: 'Records given up, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.latency = new Histogram({
      name: 'navora_processor_received_to_stored_seconds',
      help: "From the bridge's receipt to the stored row.",
      buckets: SECONDS,
      registers,
    });
    this.batchRows = new Histogram({
      name: 'navora_processor_batch_rows',
      help: 'Rows in a conditional batch.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers,
    });
    this.batchSeconds = new Histogram({
      name: 'navora_processor_batch_seconds',
      help: 'Duration of a conditional batch.',
      buckets: SECONDS,
      registers,
    });
    this.failures = new Counter({
      name: 'navora_processor_store_failures_total',
      help: 'Conditional batches that failed and were run again or halved.',
      labelNames: ['kind'],
      registers,
    });
    this.rulesChanges = new Counter({
      name: 'navora_processor_rules_changes_total',
      help: 'Changed rules files that were taken up, or refused.',
      labelNames: ['outcome'],
      registers,
    });
    this.expirations = new Counter({
      name: 'navora_processor_expirations_total',
      help: 'Times that Kafka had deleted readings of a partition before they were processed: readings are lost.',
      registers,
    });
  }

  rulesChanged(outcome: 'taken' | 'refused'): void {
    this.rulesChanges.inc({ outcome });
  }

  stored(stored: Stored, row: ReadingRow): void {
    this.readings.inc({ status: stored.status });
    if (stored.status === 'already-stored' && isOf(stored.origin, row.origin)) this.redelivered.inc();
    if (stored.clockSuspect) this.suspects.inc();
    if (stored.status === 'stored')
      for (const measurement of row.implausible) this.implausible.inc({ measurement });
    if (stored.status === 'stored') this.latency.observe(Math.max(0, Date.now() - row.receivedAt) / 1000);
  }

  erased(): void {
    this.readings.inc({ status: 'erased' });
  }

  deadLettered(reason: DeadLetterReason): void {
    this.deadLetters.inc({ reason });
  }

  batch(rows: number, ms: number): void {
    this.batchRows.observe(rows);
    this.batchSeconds.observe(ms / 1000);
  }

  batchFailed(kind: string): void {
    this.failures.inc({ kind });
  }

  readingsExpired(): void {
    this.expirations.inc();
  }

  /** A value that is asked for when metrics are read. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `navora_processor_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

function isOf(origin: Origin, record: Origin): boolean {
  return (
    origin.partition === record.partition && origin.offset === record.offset && origin.topic === record.topic
  );
}
