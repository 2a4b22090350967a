import { OffsetTracker, RecordBatch, type Assignment, type ConsumedRecord } from '@navora/kafka';
import type { Signal } from '@navora/schemas';
import type { DecodedSignal } from '../signal-decoder.js';

/** For tests: one partition of signals as a list, and what of it is committed. */
export class SignalLog {
  committed = 0n;

  constructor(
    readonly signals: readonly Signal[],
    readonly partition = 3,
  ) {}

  /** Bytes are the codec's matter, not the journey's. */
  decode = ({ offset }: { offset: bigint }): DecodedSignal => {
    const signal = this.signals[Number(offset)];
    return signal
      ? { signal }
      : { rejection: { reason: 'malformed-body', error: `nothing at offset ${offset}` } };
  };

  assign(epoch: number): HeldAssignment {
    return { topic: 'signals', partition: this.partition, epoch, held: true };
  }

  /** Everything from the committed offset on, in batches of this size. */
  batches(
    assignment: Assignment,
    tracker: OffsetTracker,
    size: number,
    onResolved: () => void,
  ): RecordBatch[] {
    const batches: RecordBatch[] = [];
    for (let at = Number(this.committed); at < this.signals.length; at += size) {
      const records = this.signals.slice(at, at + size).map((_, index) => this.record(at + index));
      for (const { offset } of records) tracker.track(offset);
      batches.push(new RecordBatch(assignment, records, tracker, onResolved));
    }
    return batches;
  }

  private record(offset: number): ConsumedRecord {
    const bytes = { key: null, value: null, headers: {} };
    return {
      topic: 'signals',
      partition: this.partition,
      offset: BigInt(offset),
      timestamp: 0,
      ...bytes,
    };
  }
}

export type HeldAssignment = { -readonly [K in keyof Assignment]: Assignment[K] };
