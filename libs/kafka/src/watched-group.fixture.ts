import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@navora/runtime';
import { eventually, invariant, ownName, ownTopic, quietKafka, realServices } from '@navora/testing';
import type { Admin, EachBatchPayload, Kafka, Producer } from 'kafkajs';
import { GroupConsumer, type GroupConsumerOptions } from './group-consumer.js';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';
import { recordsOf } from './topic-log.js';

/** What one member asked the broker to commit, and what came of it. */
export interface CommitAttempt {
  member: string;
  partition: number;
  offset: bigint;
  outcome: 'under way' | 'accepted' | 'refused';
}

export type Handler = (batch: RecordBatch, record: ConsumedRecord) => void;

/** A consumer group on a topic of its own, of which every record handled, resolved and committed is known. */
export class WatchedGroup {
  readonly groupId = ownName('group');
  readonly attempts: CommitAttempt[] = [];
  /** How often each record was handed to a handler, by partition and offset. */
  readonly handled = new Map<string, number>();
  /** Of attempts: what they would have committed although it was not resolved. */
  readonly committedUnresolved: string[] = [];
  readonly produced: number[];
  private readonly resolved = new Set<string>();
  private readonly members: GroupConsumer[] = [];

  private constructor(
    readonly topic: string,
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly producer: Producer,
    private readonly partitions: number,
    private readonly dispose: () => Promise<void>,
  ) {
    this.produced = new Array<number>(partitions).fill(0);
  }

  static async create(partitions = 4): Promise<WatchedGroup> {
    const endpoints = realServices();
    const { topic, dispose } = await ownTopic(endpoints, partitions);
    const kafka = quietKafka(endpoints);
    const [admin, producer] = [kafka.admin(), kafka.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    return new WatchedGroup(topic, kafka, admin, producer, partitions, dispose);
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop(0)));
    await Promise.all([this.producer.disconnect(), this.admin.disconnect()]);
    await this.dispose();
  }

  /** A member in this process; it has still to be started. */
  member(name: string, handle: Handler, over: Partial<GroupConsumerOptions> = {}): GroupConsumer {
    const member = new GroupConsumer(this.watched(name), {
      topics: [this.topic],
      groupId: this.groupId,
      onBatch: async (batch) => this.hand(batch, handle),
      onFatal: (error) => {
        throw error;
      },
      maxUnresolved: 1000,
      commitIntervalMs: 20,
      sessionTimeoutMs: 6000,
      log: createLogger('test', 'silent'),
      ...over,
    });
    this.members.push(member);
    return member;
  }

  hand(batch: RecordBatch, handle: Handler): void {
    for (const record of batch.records) {
      const place = placeOf(record);
      this.handled.set(place, (this.handled.get(place) ?? 0) + 1);
      handle(batch, record);
    }
  }

  resolve(batch: RecordBatch, record: ConsumedRecord): void {
    this.resolved.add(placeOf(record));
    batch.resolve(record);
  }

  /** A member in another process has handled and resolved it. */
  doneElsewhere(record: Pick<ConsumedRecord, 'partition' | 'offset'>): void {
    const place = placeOf(record);
    this.handled.set(place, (this.handled.get(place) ?? 0) + 1);
    this.resolved.add(place);
  }

  /** So many records into each partition. */
  async produce(each: number): Promise<void> {
    await this.producer.send({
      topic: this.topic,
      messages: this.produced.flatMap((from, partition) =>
        Array.from({ length: each }, (_, i) => ({ partition, value: `${from + i}` })),
      ),
    });
    for (let partition = 0; partition < this.partitions; partition++)
      this.produced[partition] = (this.produced[partition] ?? 0) + each;
  }

  /** A few records into each partition every 20 ms, until told to stop. */
  load(): () => Promise<void> {
    let wanted = true;
    const working = (async () => {
      while (wanted) {
        await this.produce(2);
        await pause(20);
      }
    })();
    return async () => {
      wanted = false;
      await working;
    };
  }

  async committed(): Promise<number[]> {
    const [found] = await this.admin.fetchOffsets({ groupId: this.groupId, topics: [this.topic] });
    return this.produced.map((_, partition) =>
      Number(found?.partitions.find((one) => one.partition === partition)?.offset ?? -1),
    );
  }

  untilCommitted(what: string, withinMs = 60_000): Promise<boolean> {
    return eventually(
      what,
      async () => {
        const committed = await this.committed();
        if (committed.every((offset, partition) => offset === this.produced[partition])) return true;
        throw new Error(`committed ${committed.join(', ')} of ${this.produced.join(', ')}`);
      },
      { withinMs, everyMs: 100 },
    );
  }

  /** I1, I5 and I6, by what the members did and by the broker's own history of this group's commits. */
  async judge(): Promise<void> {
    const missed = this.produced.flatMap((count, partition) =>
      Array.from({ length: count }, (_, offset) => `${partition}/${offset}`).filter(
        (place) => !this.handled.has(place),
      ),
    );
    invariant('I1', missed.length === 0, () => `never handled: ${missed.slice(0, 5).join(', ')}`);
    invariant('I5', this.committedUnresolved.length === 0, () => this.committedUnresolved.join('; '));
    const history = await this.commitHistory();
    invariant('I9', history.length > 0, () => 'the broker has no commit of this group');
    const highest = new Map<number, bigint>();
    for (const { partition, offset } of history) {
      const before = highest.get(partition) ?? -1n;
      invariant('I6', offset >= before, () => `partition ${partition} went from ${before} to ${offset}`);
      highest.set(partition, offset);
    }
  }

  /** Every commit the broker accepted, in its order: it keeps them in a topic of its own. */
  async commitHistory(): Promise<{ partition: number; offset: bigint }[]> {
    const all = await this.admin.fetchTopicOffsets(COMMITS_TOPIC);
    const home = hashOf(this.groupId) % all.length;
    const { low = '0', high = '0' } = all.find(({ partition }) => partition === home) ?? {};
    const span = new Map([[home, { from: BigInt(low), end: BigInt(high) }]]);
    const history = [];
    for await (const records of recordsOf(this.kafka, COMMITS_TOPIC, span))
      for (const { key, value } of records) {
        const of = key && partitionCommitted(key, this.groupId, this.topic);
        if (typeof of === 'number' && value) history.push({ partition: of, offset: value.readBigInt64BE(2) });
      }
    return history;
  }

  /** Kafka's client with one thing added: every commit is written down, with what was not resolved by then. */
  private watched(member: string): Kafka {
    const { kafka } = this;
    const consumer: Kafka['consumer'] = (config) => {
      const real = kafka.consumer(config);
      const run: typeof real.run = (options) =>
        real.run({
          ...options,
          eachBatch: async (payload) => options?.eachBatch?.(this.withHistory(member, payload)),
        });
      return { ...real, run };
    };
    return { consumer } as unknown as Kafka;
  }

  private withHistory(member: string, payload: EachBatchPayload): EachBatchPayload {
    return {
      ...payload,
      commitOffsetsIfNecessary: async (offsets) => {
        const { partition = -1, offset = '-1' } = offsets?.topics[0]?.partitions[0] ?? {};
        const attempt: CommitAttempt = { member, partition, offset: BigInt(offset), outcome: 'under way' };
        this.attempts.push(attempt);
        this.lookBelow(attempt);
        try {
          await payload.commitOffsetsIfNecessary(offsets);
          attempt.outcome = 'accepted';
        } catch (error) {
          attempt.outcome = 'refused';
          throw error;
        }
      },
    };
  }

  private lookBelow({ member, partition, offset }: CommitAttempt): void {
    for (let below = 0n; below < offset; below++)
      if (!this.resolved.has(`${partition}/${below}`)) {
        this.committedUnresolved.push(
          `${member} committed ${offset} of ${partition}, and ${below} is not resolved`,
        );
        return;
      }
  }
}

const COMMITS_TOPIC = '__consumer_offsets';

const placeOf = ({ partition, offset }: Pick<ConsumedRecord, 'partition' | 'offset'>) =>
  `${partition}/${offset}`;

/** Java's String.hashCode, made positive by Utils.abs of Kafka. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash === -0x80000000 ? 0 : Math.abs(hash);
}

/** OffsetCommitKey, versions 0 and 1: version int16, group and topic as int16-length strings, partition int32. */
function partitionCommitted(key: Buffer, groupId: string, topic: string): number | undefined {
  const head = (text: string) => {
    const bytes = Buffer.alloc(2 + Buffer.byteLength(text));
    bytes.writeInt16BE(bytes.length - 2);
    bytes.write(text, 2);
    return bytes;
  };
  const names = Buffer.concat([head(groupId), head(topic)]);
  if (key.readInt16BE(0) > 1 || !key.subarray(2, 2 + names.length).equals(names)) return undefined;
  return key.readInt32BE(2 + names.length);
}
