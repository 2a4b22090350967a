import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { OffsetTracker } from './offset-tracker.js';
import { RecordBatch, headersOf, type Assignment, type ConsumedRecord } from './record-batch.js';

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
  /** An error that no retry mends: the process must end, nothing was committed. */
  onFatal(error: unknown): void;
  gate?: IntakeGate;
  /** Intake pauses while so many records are under way: memory is bounded whatever waits in Kafka. */
  maxUnresolved: number;
  commitIntervalMs: number;
  sessionTimeoutMs: number;
  log: Logger;
}

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

interface HeldPartition {
  assignment: Assignment;
  tracker: OffsetTracker;
  commit: Commit;
  lastTracked: bigint;
  committed: bigint | undefined;
  highWatermark: bigint;
}

/**
 * A member of a consumer group that commits only what is resolved.
 *
 * Concurrency: the client hands over one batch at a time; the handler takes it and returns, and any number of
 * records are under way. Commits are made by one loop, one at a time. The client has no revoke callback and
 * would stamp a late commit with its newest generation, which could rewind a new owner's offset; so everything
 * belongs to an epoch that ends when the group meets, and a commit of an ended epoch is dropped.
 */
export class GroupConsumer {
  private consumer: Consumer | undefined;
  private epoch = 0;
  private joined = false;
  private assignedPartitions = 0;
  private stopping = false;
  private readonly held = new Map<string, HeldPartition>();
  private commitLoop: Promise<void> | undefined;
  private wakeIntake: (() => void) | undefined;
  /** Partitions of which the gate did not admit all. */
  private readonly paused = new Map<HeldPartition, () => void>();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: GroupConsumerOptions,
  ) {}

  /** False until the group has given this member something to do. */
  get assigned(): boolean {
    return this.joined && this.assignedPartitions > 0;
  }

  /** Records taken over and not resolved. */
  get unresolved(): number {
    let sum = 0;
    for (const { tracker } of this.held.values()) sum += tracker.unresolved;
    return sum;
  }

  /** Those of them that are worked on, and do not wait at the gate. */
  get underWay(): number {
    return this.unresolved - (this.options.gate?.parked ?? 0);
  }

  get pausedPartitions(): number {
    return this.paused.size;
  }

  /** Records in the topic that are not committed by this member, as of the last fetches. */
  get lag(): number {
    let sum = 0n;
    for (const { highWatermark, tracker, committed } of this.held.values()) {
      const done = tracker.lowWatermark ?? committed;
      if (done !== undefined && highWatermark > done) sum += highWatermark - done;
    }
    return Number(sum) + this.unresolvedFromStart();
  }

  private unresolvedFromStart(): number {
    let sum = 0;
    for (const { tracker, committed } of this.held.values()) {
      if (tracker.lowWatermark === undefined && committed === undefined) sum += tracker.unresolved;
    }
    return sum;
  }

  async start(): Promise<void> {
    await this.open();
    this.commitLoop = this.commitUntilStopped();
  }

  /** Takes nothing new, waits for what is under way, commits it, and leaves the group. */
  async stop(drainTimeoutMs: number): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
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
      // A few readings or a few milliseconds: else each fetch brings one record, and fetching is all anybody does.
      minBytes: 4096,
      maxWaitTimeInMs: 20,
      retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
    });
    this.consumer = consumer;
    consumer.on('consumer.rebalancing', () => this.endEpoch());
    consumer.on('consumer.group_join', ({ payload }) => this.beginEpoch(payload.memberAssignment));
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
    this.joined = true;
    this.assignedPartitions = Object.values(assignment).flat().length;
    this.options.log.info({ epoch: this.epoch, partitions: this.assignedPartitions }, 'group_joined');
  }

  private endEpoch(): void {
    this.epoch++;
    this.joined = false;
    this.held.clear();
    this.options.gate?.forgetAll();
    for (const resume of this.paused.values()) resume();
    this.paused.clear();
    this.wakeIntake?.();
  }

  private async takeOver(payload: EachBatchPayload): Promise<void> {
    if (this.stopping || !this.joined || payload.isStale()) return;
    const { batch } = payload;
    const partition = this.partitionOf(payload);
    partition.commit = payload.commitOffsetsIfNecessary;
    partition.highWatermark = BigInt(batch.highWatermark);
    const fetched = recordsOf(payload).filter(({ offset }) => offset > partition.lastTracked);
    const records = this.admitted(partition, fetched, payload);
    for (const { offset } of records) partition.tracker.track(offset);
    partition.lastTracked = records.at(-1)?.offset ?? partition.lastTracked;
    // Taken over: the next fetch goes on behind it. What is committed is another matter.
    if (records.length === fetched.length) payload.resolveOffset(batch.lastOffset());
    else if (records.length > 0) payload.resolveOffset(String(partition.lastTracked));
    if (records.length > 0) {
      const taken = new RecordBatch(partition.assignment, records, partition.tracker, () =>
        this.wakeIntake?.(),
      );
      try {
        await this.options.onBatch(taken);
      } catch (error) {
        this.options.onFatal(error);
      }
    }
    await this.waitForRoom(payload);
  }

  /** What has no place stays in Kafka: nothing more of the partition is fetched until there is room again. */
  private admitted(
    partition: HeldPartition,
    fetched: ConsumedRecord[],
    { pause: pausePartition }: EachBatchPayload,
  ): ConsumedRecord[] {
    const count = this.options.gate?.admits(fetched) ?? fetched.length;
    if (count === fetched.length) return fetched;
    this.paused.set(partition, pausePartition());
    this.options.log.warn({ partition: partition.assignment.partition }, 'partition_paused');
    return fetched.slice(0, count);
  }

  private resumeWhereThereIsRoom(): void {
    for (const [partition, resume] of this.paused) {
      if (!this.options.gate?.hasRoomIn(partition.assignment.partition)) continue;
      this.paused.delete(partition);
      resume();
      this.options.log.info({ partition: partition.assignment.partition }, 'partition_resumed');
    }
  }

  private partitionOf({
    batch: { topic, partition },
    commitOffsetsIfNecessary: commit,
  }: EachBatchPayload): HeldPartition {
    const key = `${topic}/${partition}`;
    let held = this.held.get(key);
    if (!held) {
      const epoch = this.epoch;
      const isHeld = () => this.joined && this.epoch === epoch;
      const assignment: Assignment = {
        topic,
        partition,
        epoch,
        get held() {
          return isHeld();
        },
      };
      held = {
        assignment,
        tracker: new OffsetTracker(),
        commit,
        lastTracked: -1n,
        committed: undefined,
        highWatermark: 0n,
      };
      this.held.set(key, held);
    }
    return held;
  }

  private async waitForRoom(payload: EachBatchPayload): Promise<void> {
    const epoch = this.epoch;
    while (this.underWay >= this.options.maxUnresolved && !this.stopping && this.epoch === epoch) {
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
    while (!this.stopping) {
      await pause(this.options.commitIntervalMs);
      this.resumeWhereThereIsRoom();
      await this.commitResolved();
    }
  }

  private async commitResolved(): Promise<void> {
    for (const partition of [...this.held.values()]) {
      const watermark = partition.tracker.lowWatermark;
      if (watermark === undefined || watermark === partition.committed) continue;
      try {
        await this.options.beforeCommit?.(partition.assignment);
        // From a fresh turn of the loop: between a new generation and our hearing of it lie only microtasks,
        // so nothing can come between this check and the stamp.
        await nextTurn();
        if (!partition.assignment.held) continue;
        await partition.commit({ topics: [offsetsOf(partition.assignment, watermark)] });
        partition.committed = watermark;
      } catch (error) {
        this.options.log.warn(
          { partition: partition.assignment.partition, ...errorFields(error) },
          'commit_postponed',
        );
      }
    }
  }
}

function offsetsOf({ topic, partition }: Assignment, offset: bigint) {
  return { topic, partitions: [{ partition, offset: String(offset) }] };
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
