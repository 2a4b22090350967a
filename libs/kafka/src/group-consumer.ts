import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { CoordinatorWatch, mustJoinAgain } from './coordinator-watch.js';
import { HeldPartitions, type FetchedRecords, type PartitionOffset } from './held-partitions.js';
import { headersOf, type Assignment, type ConsumedRecord, type RecordBatch } from './record-batch.js';

/**
 * Where records wait that cannot be processed yet. They are not under way, and have bounds of their own: a
 * partition whose next record has no place is not fetched from until there is one.
 */
export interface IntakeGate {
  /** Records that wait there. They take no room of `maxUnresolved`, and a stop does not wait for them. */
  readonly parked: number;
  /** How many of these records, from the first on, may be taken over now. */
  admits(records: readonly ConsumedRecord[]): number;
  /** Asked now and then for a partition of which not all was admitted. */
  hasRoomIn(partition: number): boolean;
  /** The group has met: whatever waits is delivered again, to us or to another. */
  forgetAll(): void;
}

export interface GroupConsumerOptions {
  groupId: string;
  topics: string[];
  /** Takes a batch over; resolves when it may be followed by the next, not when its work is done. */
  onBatch(batch: RecordBatch): Promise<void>;
  /** Makes durable what must be so before the partition's offset is; a failure postpones the commit. */
  beforeCommit?(assignment: Assignment): Promise<void>;
  /** Of how many partitions at a time; one after the other unless said. */
  preparedAtOnce?: number;
  /** An error that no retry mends: the process must end, nothing was committed. */
  onFatal(error: unknown): void;
  gate?: IntakeGate;
  /** Intake pauses while so many records are under way: memory is bounded whatever waits in Kafka. */
  maxUnresolved: number;
  commitIntervalMs: number;
  sessionTimeoutMs: number;
  /** How long Kafka may leave fetches without an answer. */
  fetchedWithinMs?: number;
  log: Logger;
}

/**
 * Bytes of each partition in one fetch; a larger record comes alone. The client decodes a fetch whole before it hands
 * over the first record, each as an object several times its size. With its own megabyte of each partition a backlog,
 * as an outage leaves it, is more than a small heap holds: out of memory, restarted, again out of memory.
 */
const FETCHED_AT_ONCE = 128 * 1024;

/** An empty fetch is answered after 250 ms, and whoever leads a lost node's partitions does so within this. */
const FETCHED_WITHIN_MS = 15_000;

/**
 * A member of a consumer group that commits only what is resolved.
 *
 * Concurrency: the client hands over one batch at a time; the handler takes it and returns, and any number of
 * records are under way. Commits are made by one loop, one at a time.
 */
export class GroupConsumer {
  private consumer: Consumer | undefined;
  private stopping = false;
  private readonly untilStopped = new AbortController();
  private readonly held = new HeldPartitions(() => this.wakeWhereThereIsRoom());
  private readonly coordinator = new CoordinatorWatch();
  private commitLoop: Promise<void> | undefined;
  private wakeIntake: (() => void) | undefined;
  /** When Kafka last answered a fetch, or the group met. */
  private fetchedAt = -Infinity;
  /** Of the newest batch: the client lends the means to commit without its own repetitions with each batch only. */
  private commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;
  /** Partitions of which the gate did not admit all. */
  private readonly paused = new Map<string, { partition: number; resume(): void }>();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: GroupConsumerOptions,
  ) {}

  /** False until the group has given this member something to do. */
  get assigned(): boolean {
    return this.held.assigned;
  }

  /** False while Kafka answers no fetch, though there is room for what it might bring. */
  get fetching(): boolean {
    const waitsItself = this.isFull || this.paused.size > 0;
    return (
      waitsItself || performance.now() - this.fetchedAt < (this.options.fetchedWithinMs ?? FETCHED_WITHIN_MS)
    );
  }

  /** Records taken over and not resolved. */
  get unresolved(): number {
    return this.held.unresolved;
  }

  /** Those of them that are worked on, and do not wait at the gate. */
  get underWay(): number {
    return this.unresolved - (this.options.gate?.parked ?? 0);
  }

  get pausedPartitions(): number {
    return this.paused.size;
  }

  /** Records in the topics that are not resolved by this member, as of the last fetches. */
  get lag(): number {
    return this.held.lag;
  }

  /** How long ago the oldest record came into being that was taken over and is not resolved; 0 when all are. */
  oldestAgeMs(now = Date.now()): number {
    const at = this.held.oldestUnresolvedAt;
    return at === undefined ? 0 : Math.max(0, now - at);
  }

  async start(): Promise<void> {
    await this.open();
    this.commitLoop = this.commitUntilStopped();
  }

  /** Takes nothing new, waits for what is under way, commits it, and leaves the group. */
  async stop(drainTimeoutMs: number): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.untilStopped.abort();
    this.consumer?.pause(this.options.topics.map((topic) => ({ topic })));
    this.wakeIntake?.();
    const deadline = Date.now() + drainTimeoutMs;
    while (this.underWay > 0 && Date.now() < deadline) await pause(10);
    await this.commitLoop;
    await this.commitResolved();
    this.endEpoch();
    await this.consumer?.disconnect();
  }

  private async open(): Promise<void> {
    const { groupId, topics, sessionTimeoutMs } = this.options;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      // At once when there is something: whoever produces paces its requests, and so the fetches that they end. While
      // there is nothing, each fetch costs as much as one that brings a hundred records.
      minBytes: 1,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: FETCHED_AT_ONCE,
      // About 15 s: a lost node's partitions have other leaders by then, and whoever still tries goes on as the same
      // member; one that starts anew must wait for the end of its former self's session.
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 17 },
    });
    this.consumer = consumer;
    consumer.on('consumer.rebalancing', () => this.endEpoch());
    consumer.on('consumer.group_join', ({ payload }) => this.beginEpoch(payload.memberAssignment));
    consumer.on('consumer.fetch', () => (this.fetchedAt = performance.now()));
    consumer.on('consumer.heartbeat', () => this.requireJoined());
    consumer.on('consumer.crash', ({ payload }) => void this.recover(consumer, payload));
    await consumer.connect();
    // Never "latest": a group without an offset would skip what was received before its first start.
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.takeOver(payload),
    });
  }

  /** The client gives up on errors it deems final and then sits idle; an outage must end by itself. */
  private async recover(
    consumer: Consumer,
    { error, restart }: { error: Error; restart: boolean },
  ): Promise<void> {
    this.endEpoch();
    this.options.log.error({ restart, ...errorFields(error) }, 'consumer_crashed');
    if (restart || this.stopping || consumer !== this.consumer) return;
    await pause(1000);
    try {
      await this.open();
    } catch (again) {
      await this.recover(this.consumer ?? consumer, { error: again as Error, restart: false });
    }
  }

  private beginEpoch(assignment: Record<string, number[]>): void {
    this.endEpoch();
    this.coordinator.answers();
    const partitions = Object.values(assignment).flat().length;
    this.held.begin(partitions);
    this.fetchedAt = performance.now();
    this.options.log.info({ epoch: this.held.currentEpoch, partitions }, 'group_joined');
  }

  /**
   * A client that is to join again, and is told that the coordinator is still loading, gives up joining and goes on as
   * the member it was, if the group has not met meanwhile: it fetches what we no longer hold, again and again. Its next
   * heartbeat is accepted, and what is thrown here is to the client what Kafka could have answered.
   */
  private requireJoined(): void {
    if (!this.held.joined && !this.stopping) throw mustJoinAgain('the client has not joined again');
  }

  private endEpoch(): void {
    this.held.end();
    this.options.gate?.forgetAll();
    for (const { resume } of this.paused.values()) resume();
    this.paused.clear();
    this.wakeIntake?.();
  }

  private async takeOver(payload: EachBatchPayload): Promise<void> {
    if (this.stopping || !this.held.joined || payload.isStale()) return;
    if (this.coordinator.isGone) throw mustJoinAgain('the coordinator is out of reach');
    const { gate, onBatch, onFatal } = this.options;
    this.commitOffsets = payload.commitOffsetsIfNecessary;
    const { batch, whole } = this.held.takeOver(
      fetchedBy(payload),
      (records) => gate?.admits(records) ?? records.length,
    );
    // Taken over: the next fetch goes on behind it. What is committed is another matter.
    if (whole) payload.resolveOffset(payload.batch.lastOffset());
    else this.pauseBehind(batch, payload);
    if (batch) {
      try {
        await onBatch(batch);
      } catch (error) {
        onFatal(error);
      }
    }
    await this.waitForRoom(payload);
  }

  /** What has no place stays in Kafka: nothing more of the partition is fetched until there is room again. */
  private pauseBehind(taken: RecordBatch | undefined, payload: EachBatchPayload): void {
    const { topic, partition } = payload.batch;
    const last = taken?.records.at(-1);
    if (last) payload.resolveOffset(String(last.offset));
    this.paused.set(`${topic}/${partition}`, { partition, resume: payload.pause() });
    this.options.log.warn({ partition }, 'partition_paused');
  }

  private resumeWhereThereIsRoom(): void {
    for (const [place, { partition, resume }] of this.paused) {
      if (!this.options.gate?.hasRoomIn(partition)) continue;
      this.paused.delete(place);
      resume();
      this.options.log.info({ partition }, 'partition_resumed');
    }
  }

  private get isFull(): boolean {
    return this.underWay >= this.options.maxUnresolved;
  }

  /** Not at each record: after a batch of a hundred that is a hundred looks, and a timer for each. */
  private wakeWhereThereIsRoom(): void {
    if (this.wakeIntake && !this.isFull) this.wakeIntake();
  }

  private async waitForRoom(payload: EachBatchPayload): Promise<void> {
    const epoch = this.held.currentEpoch;
    while (this.isFull && !this.stopping && this.held.currentEpoch === epoch) {
      await payload.heartbeat();
      const timeout = new AbortController();
      const resolved = new Promise<void>((resolve) => (this.wakeIntake = resolve));
      await Promise.race([
        resolved,
        pause(1000, undefined, { signal: timeout.signal }).catch(() => undefined),
      ]);
      timeout.abort();
      this.wakeIntake = undefined;
    }
  }

  private async commitUntilStopped(): Promise<void> {
    const { commitIntervalMs } = this.options;
    const { signal } = this.untilStopped;
    while (!this.stopping) {
      // A stop has no time to wait for an interval that may be longer than the grace.
      await pause(commitIntervalMs, undefined, { signal }).catch(() => undefined);
      this.resumeWhereThereIsRoom();
      await this.commitResolved();
    }
  }

  private commitResolved(): Promise<void> {
    return this.held.commitResolved({
      beforeCommit: this.options.beforeCommit,
      preparedAtOnce: this.options.preparedAtOnce,
      commit: (offsets) => this.commit(offsets),
      onPostponed: (partitions, error) =>
        this.options.log.warn({ partitions, ...errorFields(error) }, 'commit_postponed'),
    });
  }

  private async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const topics = this.options.topics.map((topic) => ({
      topic,
      partitions: offsets
        .filter((one) => one.topic === topic)
        .map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    try {
      if (!this.commitOffsets) throw new Error('offsets to commit before any batch');
      await this.commitOffsets({ topics: topics.filter(({ partitions }) => partitions.length > 0) });
      this.coordinator.answers();
    } catch (error) {
      this.coordinator.failed(error);
      throw error;
    }
  }
}

function fetchedBy(payload: EachBatchPayload): FetchedRecords {
  const { topic, partition, highWatermark } = payload.batch;
  return { topic, partition, highWatermark: BigInt(highWatermark), records: recordsOf(payload) };
}

function recordsOf({ batch: { topic, partition, messages } }: EachBatchPayload): ConsumedRecord[] {
  return messages.map(({ offset, timestamp, key, value, headers }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headersOf(headers),
  }));
}
