import { backoffMs, type Backoff } from '@navora/runtime';
import { BatchTurns, type Pace, type Turn } from './batch-turns.js';
import type { StoreErrorKind } from './store-error.js';

/** What the store said to one conditional batch: all was written, or nothing was, and these rows exist already. */
export type BatchAnswer<Existing> = { applied: true } | { applied: false; existing: Existing[] };

/** The store as group commit needs it: one conditional batch within one partition. */
export interface ConditionalStore<Row, Existing> {
  /** Inserts all rows if none of their keys exists; writes nothing otherwise. */
  insertAllIfNew(rows: Row[]): Promise<BatchAnswer<Existing>>;
  classify(error: unknown): StoreErrorKind;
}

export type StoreOutcome<Existing> =
  | { kind: 'stored' }
  /** A row of this key was there; its content is for the caller to compare. */
  | { kind: 'exists'; row: Existing }
  | { kind: 'refused'; error: string }
  /** It may not be written any more. An attempt before, whose answer was lost, may have written it. */
  | { kind: 'barred' };

export interface GroupCommitOptions<Row, Existing> {
  /** Rows of one partition may share a batch. */
  partitionOf(row: Row): string;
  /** Identifies a row within its partition. */
  keyOf(row: Row): string;
  keyOfExisting(row: Existing): string;
  /** Batches under way in all: what waits meanwhile makes the next ones larger. */
  maxBatchesInFlight: number;
  /** Rows in a batch, and in a batch of a partition with a backlog. */
  maxBatchRows: number;
  maxBacklogBatchRows: number;
  /**
   * Whether nobody waits for this row. A partition of which only such rows wait gathers them for `gatherMs`, since
   * a batch of many costs as much as one of one, and lets others go first. Without it, none is.
   */
  isPatient?(row: Row): boolean;
  gatherMs?: number;
  /**
   * Asked, and waited for, right before each attempt, reruns included: which of the rows may not be written any more.
   */
  barred?(rows: readonly Row[]): Promise<ReadonlySet<Row>>;
  retry: Backoff;
  onFailure?(kind: StoreErrorKind, error: unknown, rows: number): void;
  onBatch?(rows: number, ms: number): void;
  /** Injected by tests. */
  pause?(ms: number): Promise<void>;
}

interface Entry<Row, Existing> {
  row: Row;
  key: string;
  pace: Pace;
  settle(outcome: StoreOutcome<Existing>): void;
  fail(error: unknown): void;
}

/** The rows of one partition that wait, and what it does: one batch of it is under way at most. */
interface Queue<Row, Existing> {
  partition: string;
  waiting: Entry<Row, Existing>[];
  /** Batches that must be run as they are before anything else: reruns, and halves of a refused batch. */
  fixed: { entries: Entry<Row, Existing>[]; attempt: number }[];
  /** As urgent as the most urgent of what it has. */
  pace: Pace;
  state: 'idle' | 'gathering' | 'waiting' | 'under way';
}

/**
 * Stores rows once each by conditional batches. A conditional batch costs one Paxos round whatever its size, so
 * each partition has one under way, and the next takes everything that arrived meanwhile: the batch grows with
 * the load by itself.
 *
 * - Keys in a batch are distinct: two conditional inserts of one key in one batch would both apply, cell by cell.
 * - A batch that was not applied wrote nothing: rows that exist are settled, the rest is run again.
 * - After a timeout or a broken connection nobody knows: the same batch is run again, after a pause. If it had
 *   been applied, its rows come back as existing.
 * - A batch refused as invalid is halved until the one bad row is found.
 * - A row that is barred is in no further attempt.
 * - Rows that nobody waits for gather first, and give way to others.
 */
export class GroupCommit<Row, Existing> {
  private readonly queues = new Map<string, Queue<Row, Existing>>();
  private readonly turns: BatchTurns<Queue<Row, Existing>>;
  private failing = 0;

  constructor(
    private readonly store: ConditionalStore<Row, Existing>,
    private readonly options: GroupCommitOptions<Row, Existing>,
  ) {
    this.turns = new BatchTurns(options.maxBatchesInFlight);
  }

  /** False while some batch fails and is repeated. */
  get healthy(): boolean {
    return this.failing === 0;
  }

  /** Resolves when the row's fate is known, however long the store is away. Rejects for a bug only. */
  storeOnce(row: Row): Promise<StoreOutcome<Existing>> {
    return new Promise((settle, fail) => {
      const queue = this.queueOf(this.options.partitionOf(row));
      const pace = this.options.isPatient?.(row) ? 'patient' : 'urgent';
      queue.waiting.push({ row, key: this.options.keyOf(row), pace, settle, fail });
      if (pace === 'urgent') queue.pace = pace;
      this.lineUp(queue);
    });
  }

  private queueOf(partition: string): Queue<Row, Existing> {
    let queue = this.queues.get(partition);
    if (!queue) this.queues.set(partition, (queue = newQueue(partition)));
    return queue;
  }

  private lineUp(queue: Queue<Row, Existing>): void {
    if (queue.state === 'under way') return;
    if (queue.pace === 'urgent' || this.hasGathered(queue)) this.waitForTurn(queue);
    else if (queue.state === 'idle') void this.gather(queue);
  }

  private hasGathered({ waiting, fixed }: Queue<Row, Existing>): boolean {
    return fixed.length > 0 || waiting.length >= this.options.maxBatchRows || !this.options.gatherMs;
  }

  private async gather(queue: Queue<Row, Existing>): Promise<void> {
    queue.state = 'gathering';
    await this.pause(this.options.gatherMs ?? 0);
    // It may have had its turn meanwhile, since it had enough, or something urgent.
    if (queue.state === 'gathering') this.waitForTurn(queue);
  }

  private waitForTurn(queue: Queue<Row, Existing>): void {
    queue.state = 'waiting';
    this.turns.wait(queue, queue.pace);
    this.startBatches();
  }

  private startBatches(): void {
    for (let turn = this.turns.next(); turn; turn = this.turns.next()) void this.runBatch(turn);
  }

  private async runBatch(turn: Turn<Queue<Row, Existing>>): Promise<void> {
    const queue = turn.partition;
    queue.state = 'under way';
    const { entries: taken, attempt } = queue.fixed.shift() ?? {
      entries: this.takeWaiting(queue),
      attempt: 0,
    };
    let entries = taken;
    let failure: unknown;
    try {
      if (this.options.barred) entries = await this.withoutBarred(taken);
      if (entries.length > 0) await this.attempt(queue, entries, attempt);
    } catch (error) {
      failure = error;
    }
    this.turns.end(turn);
    // While this partition pauses, its place in flight serves the others.
    this.startBatches();
    if (failure !== undefined) await this.runAgain(queue, entries, attempt, failure);
    this.release(queue);
  }

  private async attempt(
    queue: Queue<Row, Existing>,
    entries: Entry<Row, Existing>[],
    attempt: number,
  ): Promise<void> {
    const started = performance.now();
    const answer = await this.store.insertAllIfNew(entries.map(({ row }) => row));
    this.options.onBatch?.(entries.length, performance.now() - started);
    this.settle(queue, entries, answer, attempt);
  }

  private async withoutBarred(entries: Entry<Row, Existing>[]): Promise<Entry<Row, Existing>[]> {
    const barred = await this.options.barred?.(entries.map(({ row }) => row));
    if (!barred?.size) return entries;
    for (const entry of entries) if (barred.has(entry.row)) entry.settle({ kind: 'barred' });
    return entries.filter(({ row }) => !barred.has(row));
  }

  private release(queue: Queue<Row, Existing>): void {
    queue.state = 'idle';
    queue.pace = paceOf(queue);
    if (queue.waiting.length > 0 || queue.fixed.length > 0) this.lineUp(queue);
    else this.queues.delete(queue.partition);
  }

  /** Everything that waits, up to the cap, each key once; a second row of a key waits for the next batch. */
  private takeWaiting(queue: Queue<Row, Existing>): Entry<Row, Existing>[] {
    const { maxBatchRows, maxBacklogBatchRows } = this.options;
    const cap = queue.waiting.length > maxBatchRows ? maxBacklogBatchRows : maxBatchRows;
    const keys = new Set<string>();
    const taken: Entry<Row, Existing>[] = [];
    const left: Entry<Row, Existing>[] = [];
    let looked = 0;
    for (; looked < queue.waiting.length && taken.length < cap; looked++) {
      const entry = queue.waiting[looked] as Entry<Row, Existing>;
      if (keys.has(entry.key)) {
        left.push(entry);
      } else {
        keys.add(entry.key);
        taken.push(entry);
      }
    }
    queue.waiting = left.concat(queue.waiting.slice(looked));
    return taken;
  }

  private settle(
    queue: Queue<Row, Existing>,
    entries: Entry<Row, Existing>[],
    answer: BatchAnswer<Existing>,
    attempt: number,
  ): void {
    if (answer.applied) {
      for (const entry of entries) entry.settle({ kind: 'stored' });
      return;
    }
    const existing = new Map(answer.existing.map((row) => [this.options.keyOfExisting(row), row]));
    const rest: Entry<Row, Existing>[] = [];
    for (const entry of entries) {
      const row = existing.get(entry.key);
      if (row) entry.settle({ kind: 'exists', row });
      else rest.push(entry);
    }
    // In front of what waits, so that of two rows of one key the first to come is the first to be stored.
    if (rest.length > 0)
      queue.fixed.unshift({ entries: rest, attempt: rest.length < entries.length ? 0 : attempt + 1 });
  }

  private async runAgain(
    queue: Queue<Row, Existing>,
    entries: Entry<Row, Existing>[],
    attempt: number,
    error: unknown,
  ): Promise<void> {
    const kind = this.store.classify(error);
    this.options.onFailure?.(kind, error, entries.length);
    if (kind === 'bug') {
      for (const entry of entries) entry.fail(error);
      return;
    }
    if (kind === 'invalid') {
      this.halve(queue, entries, error);
      return;
    }
    this.failing++;
    await this.pause(backoffMs(this.options.retry, attempt));
    this.failing--;
    queue.fixed.unshift({ entries, attempt: attempt + 1 });
  }

  private pause(ms: number): Promise<void> {
    return (this.options.pause ?? pauseFor)(ms);
  }

  private halve(queue: Queue<Row, Existing>, entries: Entry<Row, Existing>[], error: unknown): void {
    const [only] = entries;
    if (entries.length === 1 && only) {
      only.settle({ kind: 'refused', error: error instanceof Error ? error.message : String(error) });
      return;
    }
    const middle = entries.length >> 1;
    queue.fixed.unshift(
      { entries: entries.slice(0, middle), attempt: 0 },
      { entries: entries.slice(middle), attempt: 0 },
    );
  }
}

function newQueue<Row, Existing>(partition: string): Queue<Row, Existing> {
  return { partition, waiting: [], fixed: [], pace: 'patient', state: 'idle' };
}

function paceOf({ waiting, fixed }: Queue<unknown, unknown>): Pace {
  const isUrgent = ({ pace }: { pace: Pace }) => pace === 'urgent';
  return waiting.some(isUrgent) || fixed.some(({ entries }) => entries.some(isUrgent)) ? 'urgent' : 'patient';
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
