import { setImmediate as nextTurn } from 'node:timers/promises';
import { OffsetTracker } from './offset-tracker.js';
import { TakenBatches } from './taken-batches.js';
import { RecordBatch, type Assignment, type ConsumedRecord } from './record-batch.js';

/** Up to which record, this one not included, a partition is done. */
export interface PartitionOffset {
  topic: string;
  partition: number;
  offset: bigint;
}

/** What one fetch brought of one partition. */
export interface FetchedRecords {
  topic: string;
  partition: number;
  highWatermark: bigint;
  records: ConsumedRecord[];
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
  /** For so many partitions at a time; one after the other unless said. */
  preparedAtOnce?: number | undefined;
  /** Commits in one request, stamped with whatever generation the client is in by then. */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  onPostponed(partitions: readonly number[], error: unknown): void;
}

interface Due {
  held: HeldPartition;
  offset: bigint;
}

interface HeldPartition {
  assignment: Assignment;
  tracker: OffsetTracker;
  lastTracked: bigint;
  committed: bigint | undefined;
  highWatermark: bigint;
  batches: TakenBatches;
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

  /**
   * When the oldest record came into being that is not resolved, to the precision of a fetch, in ms since 1970;
   * undefined when all that was taken over is resolved.
   */
  get oldestUnresolvedAt(): number | undefined {
    let oldest: number | undefined;
    for (const { tracker, batches } of this.held.values()) {
      const at = batches.oldestBeyond(tracker.lowWatermark);
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest;
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
    partition.highWatermark = fetched.highWatermark;
    const fresh = fetched.records.filter(({ offset }) => offset > partition.lastTracked);
    const records = fresh.slice(0, admits(fresh));
    for (const { offset } of records) partition.tracker.track(offset);
    const [first] = records;
    const last = records.at(-1);
    if (first && last) {
      partition.lastTracked = last.offset;
      partition.batches.note(last.offset, first.timestamp, partition.tracker.lowWatermark);
    }
    const whole = records.length === fresh.length;
    if (records.length === 0) return { batch: undefined, whole };
    return {
      batch: new RecordBatch(partition.assignment, records, partition.tracker, this.onResolved),
      whole,
    };
  }

  /**
   * Commits each partition up to its oldest unresolved record, all in one request. To be called by one caller at a
   * time.
   */
  async commitResolved({
    beforeCommit,
    preparedAtOnce = 1,
    commit,
    onPostponed,
  }: CommitSteps): Promise<void> {
    const ready: Due[] = [];
    const due = this.due().values();
    const prepareSome = async () => {
      // All share the list: each takes the next one.
      for (const one of due) {
        const { assignment } = one.held;
        try {
          await beforeCommit?.(assignment);
          ready.push(one);
        } catch (error) {
          onPostponed([assignment.partition], error);
        }
      }
    };
    // Few at once: nobody waits for it, and all together would crowd out what somebody does wait for.
    await Promise.all(Array.from({ length: preparedAtOnce }, prepareSome));
    // From a fresh turn of the loop: between a new generation and our hearing of it lie only microtasks, so nothing
    // can come between this check and the stamp.
    await nextTurn();
    const ours = ready.filter(({ held }) => held.assignment.held);
    if (ours.length === 0) return;
    try {
      await commit(ours.map(({ held: { assignment }, offset }) => ({ ...placeOf(assignment), offset })));
      for (const { held, offset } of ours) held.committed = offset;
    } catch (error) {
      // Kafka judges each partition by itself: what it has taken is sent once more, and changes nothing.
      onPostponed(
        ours.map(({ held }) => held.assignment.partition),
        error,
      );
    }
  }

  /** The partitions that may be committed further than they are. */
  private due(): Due[] {
    return [...this.held.values()].flatMap((held) => {
      const offset = held.tracker.lowWatermark;
      return offset === undefined || offset === held.committed ? [] : [{ held, offset }];
    });
  }

  private partitionOf({ topic, partition }: FetchedRecords): HeldPartition {
    const key = keyOf({ topic, partition });
    let held = this.held.get(key);
    if (!held) {
      held = {
        assignment: this.assignmentOf(topic, partition),
        tracker: new OffsetTracker(),
        lastTracked: -1n,
        committed: undefined,
        highWatermark: 0n,
        batches: new TakenBatches(),
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

function placeOf({ topic, partition }: Assignment): { topic: string; partition: number } {
  return { topic, partition };
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
