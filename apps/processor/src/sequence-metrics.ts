import type { Reading } from '@navora/schemas';
import { Counter, type Registry } from 'prom-client';
import { SequenceGaps } from './sequence-gaps.js';

/** What the counters of devices say about readings that have not come by. */
export class SequenceMetrics {
  private readonly gapCount: Counter;
  private readonly missing: Counter;
  private readonly restarts: Counter;

  constructor(
    registry: Registry,
    private readonly gaps = new SequenceGaps(),
  ) {
    const registers = [registry];
    this.gapCount = new Counter({
      name: 'navora_processor_sequence_gaps_total',
      help: 'Readings before which numbers of their device are missing; what comes late is not taken back',
      registers,
    });
    this.missing = new Counter({
      name: 'navora_processor_sequence_missing_total',
      help: 'Numbers that were missing there',
      registers,
    });
    this.restarts = new Counter({
      name: 'navora_processor_sequence_restarts_total',
      help: 'Readings with which a device began to count anew',
      registers,
    });
  }

  beginEpoch(epoch: number): void {
    this.gaps.beginEpoch(epoch);
  }

  note({ vehicleId, sequence, recordedAt }: Pick<Reading, 'vehicleId' | 'sequence' | 'recordedAt'>): void {
    if (sequence === null) return;
    const step = this.gaps.step(vehicleId, sequence, recordedAt);
    if (step.kind === 'gap') {
      this.gapCount.inc();
      this.missing.inc(step.missing);
    } else if (step.kind === 'restarted') this.restarts.inc();
  }
}
