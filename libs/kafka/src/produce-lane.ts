import { setTimeout as pause } from 'node:timers/promises';
import type { IHeaders, Producer, ProducerRecord, RecordMetadata } from 'kafkajs';
import { errorFields, retryForever, type Backoff, type Logger } from '@navora/runtime';
import { partitionOf } from './murmur2.js';

export interface OutgoingRecord {
  topic: string;
  key: string | Buffer | null;
  value: Buffer | null;
  /** Where Kafka's default partitioner would put it, unless said. */
  partition?: number;
  headers?: IHeaders;
  /** ms since 1970 */
  timestamp: number;
}

/** The part of the Kafka client that a lane needs. */
export type Sender = Pick<Producer, 'send' | 'sendBatch'>;

export interface ProduceLaneOptions {
  /** How many partitions each topic has: records are put where Kafka's default partitioner would. */
  partitions: Record<string, number>;
  /**
   * At most so many bytes of records in one request; a single larger record goes alone. Must stay below the
   * topics' `max.message.bytes`: Kafka applies it to all that a request holds for one partition.
   */
  maxRequestBytes: number;
  /**
   * Requests start at least so far apart: a record that comes alone still leaves at once, but a steady stream
   * is not chopped into a request per record, which costs the broker and us ten times as much. 0 by default.
   */
  minIntervalMs?: number;
  /** How long a failed request waits before it is repeated. */
  retry?: Backoff;
  log: Logger;
  watcher?: LaneWatcher | undefined;
}

export interface LaneWatcher {
  /** Kafka has a request: so many records, and how long that took with all that failed. */
  acknowledged?(records: number, tookMs: number): void;
  /** An attempt failed, and is repeated. */
  failed?(): void;
}

const RETRY: Backoff = { firstMs: 100, maxMs: 2000 };

interface Waiting {
  record: OutgoingRecord;
  acknowledged: () => void;
}

/**
 * Writes records to Kafka, in order, with `acks=all`. There is one request in flight: what arrives meanwhile is
 * the next request, so a single record leaves at once and batches grow with the load by themselves. With one
 * request in flight, a request that is repeated cannot overtake a later one, so order per partition holds.
 *
 * A failed request is repeated until it succeeds, never skipped; a lost answer may write it twice.
 */
export class ProduceLane {
  private waiting: Waiting[] = [];
  private sending = false;
  private idle: (() => void)[] = [];
  private failing = false;
  private readonly stopped = new AbortController();

  constructor(
    private readonly sender: Sender,
    private readonly options: ProduceLaneOptions,
  ) {}

  /** Records handed over and not yet acknowledged. */
  get unacknowledged(): number {
    return this.inFlight + this.waiting.length;
  }
  private inFlight = 0;
  private lastStart = -Infinity;

  /** False while requests fail and are repeated. */
  get healthy(): boolean {
    return !this.failing;
  }

  /** `acknowledged` is called once Kafka has the record on all in-sync replicas, in the order of hand-over. */
  produce(record: OutgoingRecord, acknowledged: () => void): void {
    this.waiting.push({ record, acknowledged });
    if (!this.sending) this.sendSoon();
  }

  /** Resolves once Kafka has the record. */
  produced(record: OutgoingRecord): Promise<void> {
    return new Promise((resolve) => this.produce(record, resolve));
  }

  /** Resolves when everything handed over so far is acknowledged. */
  async drained(): Promise<void> {
    if (this.unacknowledged > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Gives up repeating. What is unacknowledged stays so: its source delivers it again. */
  stop(): void {
    this.stopped.abort();
  }

  /** On the next turn of the loop, so that all that one network read brought leaves in one request. */
  private sendSoon(): void {
    this.sending = true;
    setImmediate(() => void this.sendAll());
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0 && !this.stopped.signal.aborted) {
      await this.pace();
      const batch = this.takeBatch();
      this.inFlight = batch.length;
      const startedAt = performance.now();
      try {
        await this.sendUntilAcknowledged(batch.map(({ record }) => record));
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        throw error;
      }
      this.inFlight = 0;
      this.options.watcher?.acknowledged?.(batch.length, performance.now() - startedAt);
      for (const { acknowledged } of batch) acknowledged();
    }
    this.sending = false;
    if (this.unacknowledged === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async pace(): Promise<void> {
    const dueInMs = this.lastStart + (this.options.minIntervalMs ?? 0) - performance.now();
    if (dueInMs > 1) await pause(dueInMs);
    this.lastStart = performance.now();
  }

  private takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.waiting) {
      bytes += bytesOf(record);
      if (count > 0 && bytes > this.options.maxRequestBytes) break;
      count++;
    }
    if (count === this.waiting.length) {
      const all = this.waiting;
      this.waiting = [];
      return all;
    }
    return this.waiting.splice(0, count);
  }

  private async sendUntilAcknowledged(records: OutgoingRecord[]): Promise<void> {
    const topicMessages = this.byTopic(records);
    await retryForever(() => this.send(topicMessages), {
      ...(this.options.retry ?? RETRY),
      signal: this.stopped.signal,
      onRetry: (error, attempt) => {
        this.failing = true;
        this.options.watcher?.failed?.();
        this.options.log.warn({ attempt, records: records.length, ...errorFields(error) }, 'produce_failed');
      },
    });
    this.failing = false;
  }

  private async send(topicMessages: ProducerRecord[]): Promise<RecordMetadata[]> {
    const answers = await this.sender.sendBatch({ acks: -1, timeout: 10_000, topicMessages });
    const refused = answers.find((answer) => answer.errorCode !== 0);
    if (refused)
      throw new Error(
        `${refused.topicName}/${refused.partition} answered with error code ${refused.errorCode}`,
      );
    return answers;
  }

  private byTopic(records: OutgoingRecord[]): ProducerRecord[] {
    const topics = new Map<string, ProducerRecord>();
    for (const { topic, key, value, headers, timestamp, partition } of records) {
      let forTopic = topics.get(topic);
      if (!forTopic) topics.set(topic, (forTopic = { topic, messages: [] }));
      forTopic.messages.push({
        key,
        value,
        headers,
        timestamp: String(timestamp),
        partition: partition ?? this.partitionFor(topic, key),
      });
    }
    return [...topics.values()];
  }

  private partitionFor(topic: string, key: string | Buffer | null): number {
    const count = this.options.partitions[topic];
    if (count === undefined) throw new Error(`the lane was not told how many partitions ${topic} has`);
    return key === null ? 0 : partitionOf(key, count);
  }
}

/** What Kafka's record format adds: lengths, deltas and attributes, at most so many bytes. */
const RECORD_OVERHEAD_BYTES = 32;

/** The size on the wire, never guessed too small: a batch that Kafka finds too large would be repeated for ever. */
function bytesOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (value?.length ?? 0) + (key === null ? 0 : Buffer.byteLength(key));
  for (const name in headers) {
    for (const one of [headers[name]].flat()) {
      bytes += RECORD_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(one ?? '');
    }
  }
  return bytes;
}
