import type { IHeaders } from 'kafkajs';
import type { OffsetTracker } from './offset-tracker.js';

/** One record as it was consumed. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** ms since 1970: when it was received by the bridge, or sent by whoever sent it. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

/** One partition, from the moment the group gave it to us until the group takes it away or meets again. */
export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  /** Grows with every meeting of the group: what belongs to an earlier one must leave no trace. */
  readonly epoch: number;
  /** False once the group has met again: what is still under way is delivered to the new owner. */
  readonly held: boolean;
}

/**
 * Records of one partition, in the order of their offsets. The handler takes them over and returns; each is
 * resolved when its work is done, in any order. The offset follows the oldest unresolved one.
 */
export class RecordBatch {
  constructor(
    readonly assignment: Assignment,
    readonly records: readonly ConsumedRecord[],
    private readonly tracker: OffsetTracker,
    private readonly onResolved: () => void,
  ) {}

  /** Resolves once all records of the partition before this one are; never, if the partition is taken away before. */
  untilOldest(record: ConsumedRecord): Promise<void> {
    return new Promise((resolve) => this.tracker.whenOldest(record.offset, resolve));
  }

  /** Nothing needs this record any more: its row and signal, or its dead letter, are acknowledged. */
  resolve(record: ConsumedRecord): void {
    this.tracker.resolve(record.offset);
    this.onResolved();
  }
}

const NONE: Readonly<Record<string, Buffer>> = Object.freeze({});

export function headersOf(headers: IHeaders | undefined): Readonly<Record<string, Buffer>> {
  let found: Record<string, Buffer> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) (found ??= {})[name] = Buffer.isBuffer(last) ? last : Buffer.from(last);
  }
  return found ?? NONE;
}
