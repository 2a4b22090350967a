import { STORE_ERROR_KINDS, type StoreErrorKind } from '@navora/cassandra';
import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60];

/** What the processor asks of Cassandra. */
export class StoreMetrics {
  private readonly batchRows: Histogram;
  private readonly batchSeconds: Histogram;
  private readonly failures: Counter<'kind'>;
  private readonly latestFailures: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.batchRows = new Histogram({
      name: 'navora_processor_batch_rows',
      help: 'Rows in a conditional batch',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers,
    });
    this.batchSeconds = new Histogram({
      name: 'navora_processor_batch_seconds',
      help: 'Duration of a conditional batch',
      buckets: SECONDS,
      registers,
    });
    this.failures = new Counter({
      name: 'navora_processor_store_failures_total',
      help: 'Conditional batches that failed and were run again or halved, by kind of error',
      labelNames: ['kind'],
      registers,
    });
    for (const kind of STORE_ERROR_KINDS) this.failures.inc({ kind }, 0);
    this.latestFailures = new Counter({
      name: 'navora_processor_latest_state_failures_total',
      help: 'Writes of latest states that failed and were repeated',
      registers,
    });
  }

  batch(rows: number, ms: number): void {
    this.batchRows.observe(rows);
    this.batchSeconds.observe(ms / 1000);
  }

  batchFailed(kind: StoreErrorKind): void {
    this.failures.inc({ kind });
  }

  latestStateFailed(): void {
    this.latestFailures.inc();
  }
}
