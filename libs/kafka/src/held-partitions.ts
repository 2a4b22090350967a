import { setImmediate as nextTurn } from 'node:timers/promises';
import { OffsetTracker } from './offset-tracker.js';
import { RecordBatch, type Assignment, type ConsumedRecord } from './record-batch.js';

/** Commits one offset of one partition, stamped with whatever generation the client is in by then. */
export type CommitOffset = (offset: bigint) => Promise<void>;

/** What one fetch brought of one partition. */
export interface FetchedRecords {
  topic: string;
  partition: number;
  highWatermark: bigint;
  records: ConsumedRecord[];
  commit: CommitOffset;
}

/** How many of these records, from the first on, may be taken over now. */
export type Admission = (records: readonly ConsumedRecord[]) => number;

const all: Admission = (records) => records.length;

export interface TakenOver {
  /** Undefined when nothing was new, or nothing admitted. */
  batch: RecordBatch | undefined;
  /** Nothing of the fetch was left behind. */
  whole: boolean;
}

export interface CommitSteps {
  /** Makes durable what must be so before the partition's offset is; a failure postpones the commit. */
  beforeCommit?(assignment: Assignment): Promise<void>;
  onPostponed(assignment: Assignment, error: unknown): void;
}

interface HeldPartition {
  assignment: Assignment;
  tracker: OffsetTracker;
  commit: CommitOffset;
  lastTracked: bigint;
  committed: bigint | undefined;
  highWatermark: bigint;
}

/**
 * What the group has given to this member, from one of its meetings to the next, and how far each partition may
 * be committed.
 *
 * The client has no revoke callback and stamps a late commit with its newest generation, which could rewind a
 * new owner's offset; so everything belongs to an epoch that ends when the group meets, and a commit of an ended
 * epoch is dropped.
 */
export class HeldPartitions {
  private epoch = 0;
  private isJoined = false;
  private assignedPartitions = 0;
  private readonly held = new Map<string, HeldPartition>();

  constructor(private readonly onResolved: () => void) {}

  /** False while the group meets, and before and after. */
  get joined(): boolean {
    return this.isJoined;
  }

  /** False until the group has given this member something to do. */
  get assigned(): boolean {
    return this.isJoined && this.assignedPartitions > 0;
  }

  get currentEpoch(): number {
    return this.epoch;
  }

  /** Records taken over and not resolved. */
  get unresolved(): number {
    let sum = 0;
    for (const { tracker } of this.held.values()) sum += tracker.unresolved;
    return sum;
  }

  /** Records in the topics that are not resolved by this member, as of the last fetches. */
  get lag(): number {
    let sum = 0;
    for (const { highWatermark, tracker, committed } of this.held.values()) {
      const done = tracker.lowWatermark ?? committed;
      if (done === undefined) sum += tracker.unresolved;
      else if (highWatermark > done) sum += Number(highWatermark - done);
    }
    return sum;
  }

  /** The group has met, and this member has its share. */
  begin(assignedPartitions: number): void {
    this.end();
    this.isJoined = true;
    this.assignedPartitions = assignedPartitions;
  }

  /** The group is about to meet, or the member has left it: what is under way belongs to nobody now. */
  end(): void {
    this.epoch++;
    this.isJoined = false;
    this.held.clear();
  }

  /**
   * Tracks what is new of a fetch, as far as `admits` lets it in: so many records, from the first on. Takes
   * nothing while no epoch runs: it will be fetched again.
   */
  takeOver(fetched: FetchedRecords, admits: Admission = all): TakenOver {
    if (!this.isJoined) return { batch: undefined, whole: false };
    const partition = this.partitionOf(fetched);
    partition.commit = fetched.commit;
    partition.highWatermark = fetched.highWatermark;
    const fresh = fetched.records.filter(({ offset }) => offset > partition.lastTracked);
    const records = fresh.slice(0, admits(fresh));
    for (const { offset } of records) partition.tracker.track(offset);
    partition.lastTracked = records.at(-1)?.offset ?? partition.lastTracked;
    const whole = records.length === fresh.length;
    if (records.length === 0) return { batch: undefined, whole };
    return {
      batch: new RecordBatch(partition.assignment, records, partition.tracker, this.onResolved),
      whole,
    };
  }

  /**
   * Commits each partition up to its oldest unresolved record. To be called by one caller at a time. All commits go to
   * one coordinator: where it fails one, the others wait for the next round, which begins with one of them.
   */
  async commitResolved({ beforeCommit, onPostponed }: CommitSteps): Promise<void> {
    for (const partition of [...this.held.values()]) {
      const watermark = partition.tracker.lowWatermark;
      if (watermark === undefined || watermark === partition.committed) continue;
      let prepared = false;
      try {
        await beforeCommit?.(partition.assignment);
        prepared = true;
        // From a fresh turn of the loop: between a new generation and our hearing of it lie only microtasks,
        // so nothing can come between this check and the stamp.
        await nextTurn();
        if (!partition.assignment.held) continue;
        await partition.commit(watermark);
        partition.committed = watermark;
      } catch (error) {
        onPostponed(partition.assignment, error);
        if (prepared) return this.moveToEnd(partition);
      }
    }
  }

  private moveToEnd(partition: HeldPartition): void {
    const key = keyOf(partition.assignment);
    if (this.held.get(key) !== partition) return;
    this.held.delete(key);
    this.held.set(key, partition);
  }

  private partitionOf({ topic, partition, commit }: FetchedRecords): HeldPartition {
    const key = keyOf({ topic, partition });
    let held = this.held.get(key);
    if (!held) {
      held = {
        assignment: this.assignmentOf(topic, partition),
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

  private assignmentOf(topic: string, partition: number): Assignment {
    const { epoch } = this;
    const isHeld = () => this.isJoined && this.epoch === epoch;
    return {
      topic,
      partition,
      epoch,
      get held() {
        return isHeld();
      },
    };
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
