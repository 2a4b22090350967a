import { conditionalStoreContract } from '@navora/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  GroupCommit,
  type BatchAnswer,
  type ConditionalStore,
  type GroupCommitOptions,
  type StoreOutcome,
} from './group-commit.js';

interface Row {
  partition: string;
  id: string;
  content: string;
}

type Fate = 'ok' | 'lost-after-apply' | 'lost-before-apply' | 'unavailable';

/** Cassandra's answers to conditional batches, with the faults a test asks for, in turn. */
class TestStore implements ConditionalStore<Row, Row> {
  readonly rows = new Map<string, Row>();
  readonly batches: Row[][] = [];
  private busy = new Set<string>();
  overlaps = 0;

  constructor(
    private readonly fates: Fate[] = [],
    private readonly isInvalid: (row: Row) => boolean = () => false,
  ) {}

  async insertAllIfNew(rows: Row[]): Promise<BatchAnswer<Row>> {
    const partition = rows[0]?.partition ?? '';
    if (this.busy.has(partition)) this.overlaps++;
    this.busy.add(partition);
    this.batches.push(rows);
    await new Promise(setImmediate);
    this.busy.delete(partition);
    const fate = this.fates.shift() ?? 'ok';
    if (rows.some(this.isInvalid)) throw new Error('invalid');
    if (fate === 'unavailable' || fate === 'lost-before-apply') throw new Error(fate);
    const existing = rows.map((row) => this.rows.get(keyOf(row))).filter((row) => row !== undefined);
    if (existing.length === 0) for (const row of rows) this.rows.set(keyOf(row), row);
    if (fate === 'lost-after-apply') throw new Error(fate);
    return existing.length === 0 ? { applied: true } : { applied: false, existing };
  }

  classify(error: unknown) {
    const { message } = error as Error;
    return message === 'invalid' ? 'invalid' : message === 'unavailable' ? 'transient' : 'unknown-outcome';
  }
}

const keyOf = (row: Row) => `${row.partition}/${row.id}`;

function groupCommitOn(store: TestStore, over: Partial<GroupCommitOptions<Row, Row>> = {}) {
  return new GroupCommit<Row, Row>(store, {
    partitionOf: (row) => row.partition,
    keyOf,
    keyOfExisting: keyOf,
    maxBatchesInFlight: 4,
    maxBatchRows: 8,
    maxBacklogBatchRows: 16,
    retry: { firstMs: 1, maxMs: 1 },
    pause: () => new Promise(setImmediate),
    ...over,
  });
}

const row = (partition: string, id: string, content = 'c'): Row => ({ partition, id, content });

describe('the in-memory store', () => {
  let store: TestStore;
  beforeEach(() => {
    store = new TestStore();
  });
  conditionalStoreContract<Row, Row>({
    store: () => store,
    row: (id, content) => row('p', `${id}`, `${content}`),
    idAndContentOf: ({ id, content }) => [Number(id), Number(content)],
  });
});

describe('GroupCommit', () => {
  it('stores what arrives during a batch with the next one', async () => {
    const store = new TestStore();
    const commit = groupCommitOn(store);
    await Promise.all(Array.from({ length: 7 }, (_, i) => commit.storeOnce(row('p', `${i}`))));
    expect(store.batches.map((batch) => batch.length)).toEqual([1, 6]);
  });

  it('takes larger batches from a backlog', async () => {
    const store = new TestStore();
    const commit = groupCommitOn(store);
    await Promise.all(Array.from({ length: 30 }, (_, i) => commit.storeOnce(row('p', `${i}`))));
    expect(store.batches.map((batch) => batch.length)).toEqual([1, 16, 13]);
  });

  it('lets rows that nobody waits for gather, until the time is over, there are enough, or one is urgent', async () => {
    const timers: (() => void)[] = [];
    const store = new TestStore();
    const commit = groupCommitOn(store, {
      isPatient: ({ content }) => content === 'late',
      gatherMs: 500,
      pause: () => new Promise((resolve) => timers.push(resolve)),
    });
    const offer = (partition: string, count: number, content: string) =>
      Array.from({ length: count }, (_, i) => commit.storeOnce(row(partition, `${i}${content}`, content)));
    const slow = offer('slow', 3, 'late');
    await Promise.all([
      ...offer('full', 8, 'late'),
      ...offer('mixed', 2, 'late'),
      ...offer('mixed', 1, 'now'),
    ]);
    expect(store.batches.map((batch) => [batch[0]?.partition, batch.length])).toEqual([
      ['full', 8],
      ['mixed', 3],
    ]);
    for (const over of timers) over();
    await Promise.all(slow);
    expect(store.batches.map((batch) => batch.length)).toEqual([8, 3, 3]);
  });

  it('never puts equal keys into one batch, and lets the first win', async () => {
    const store = new TestStore();
    const commit = groupCommitOn(store);
    const outcomes = await Promise.all([
      commit.storeOnce(row('p', 'other')),
      commit.storeOnce(row('p', 'same', 'first')),
      commit.storeOnce(row('p', 'same', 'second')),
    ]);
    expect(outcomes[1]).toEqual({ kind: 'stored' });
    expect(outcomes[2]).toEqual({ kind: 'exists', row: row('p', 'same', 'first') });
    for (const batch of store.batches) expect(new Set(batch.map(keyOf)).size).toBe(batch.length);
  });

  it('stores the rest when some rows exist', async () => {
    const store = new TestStore();
    store.rows.set('p/2', row('p', '2', 'earlier'));
    const commit = groupCommitOn(store);
    const outcomes = await Promise.all(['0', '1', '2', '3'].map((id) => commit.storeOnce(row('p', id))));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['stored', 'stored', 'exists', 'stored']);
    expect([...store.rows.keys()].sort()).toEqual(['p/0', 'p/1', 'p/2', 'p/3']);
  });

  it('finds the one invalid row and stores the others', async () => {
    const store = new TestStore([], (r) => r.id === '5');
    const commit = groupCommitOn(store);
    const outcomes = await Promise.all(
      Array.from({ length: 9 }, (_, i) => commit.storeOnce(row('p', `${i}`))),
    );
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(
      Array.from({ length: 9 }, (_, i) => (i === 5 ? 'refused' : 'stored')),
    );
  });

  it('rejects on a bug instead of repeating it', async () => {
    const store = new TestStore(['lost-before-apply']);
    store.classify = () => 'bug' as never;
    await expect(groupCommitOn(store).storeOnce(row('p', '1'))).rejects.toThrow('lost-before-apply');
  });

  it('stores each key once whatever the store answers, loses or delays', async () => {
    const fate = fc.constantFrom<Fate>('ok', 'ok', 'lost-after-apply', 'lost-before-apply', 'unavailable');
    const rows = fc.array(
      fc.record({
        partition: fc.constantFrom('p', 'q', 'r'),
        id: fc.integer({ min: 0, max: 12 }).map(String),
      }),
      { maxLength: 60 },
    );
    const turns = fc.array(fc.boolean(), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        turns,
        fc.array(fate, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (offered, waits, fates, maxBatchesInFlight) => {
          const store = new TestStore(fates);
          const commit = groupCommitOn(store, {
            maxBatchesInFlight,
            maxBatchRows: 4,
            maxBacklogBatchRows: 8,
          });
          const pending: Promise<StoreOutcome<Row>>[] = [];
          for (const [index, { partition, id }] of offered.entries()) {
            pending.push(commit.storeOnce(row(partition, id, `${index}`)));
            if (waits[index]) await new Promise(setImmediate);
          }
          const outcomes = await Promise.all(pending);
          expect(store.overlaps).toBe(0);
          const firstOf = new Map<string, number>();
          for (const [index, offer] of offered.entries()) {
            const key = keyOf({ ...offer, content: '' });
            if (!firstOf.has(key)) firstOf.set(key, index);
          }
          // The first to come is the row, and every outcome tells the truth about it.
          expect(new Map([...store.rows].map(([key, stored]) => [key, Number(stored.content)]))).toEqual(
            firstOf,
          );
          for (const [index, outcome] of outcomes.entries()) {
            const key = keyOf({ ...(offered[index] as { partition: string; id: string }), content: '' });
            if (outcome.kind === 'exists') expect(Number(outcome.row.content)).toBe(firstOf.get(key));
            else expect(firstOf.get(key)).toBe(index);
          }
          expect(commit.healthy).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('rows that are barred', () => {
  it('are in no further attempt, also when the answer of the one before was lost; the others are', async () => {
    const store = new TestStore(['ok', 'lost-before-apply']);
    const barredNow = new Set<Row>();
    const rows = [row('p', 'forgotten'), row('p', 'other')];
    const commits = groupCommitOn(store, {
      barred: async () => barredNow,
      onFailure: () => rows.slice(0, 1).forEach((one) => barredNow.add(one)),
    });
    const first = commits.storeOnce(row('p', 'first'));
    const outcomes = await Promise.all(rows.map((one) => commits.storeOnce(one)));
    await first;
    expect(outcomes).toEqual([{ kind: 'barred' }, { kind: 'stored' }]);
    expect(store.batches.map((batch) => batch.map(({ id }) => id))).toEqual([
      ['first'],
      ['forgotten', 'other'],
      ['other'],
    ]);
  });

  it('are not written while nobody can tell, and all of a batch may be barred', async () => {
    const store = new TestStore();
    let tell: (barred: ReadonlySet<Row>) => void = () => undefined;
    const answer = new Promise<ReadonlySet<Row>>((resolve) => (tell = resolve));
    const only = row('p', 'a');
    const outcome = groupCommitOn(store, { barred: () => answer }).storeOnce(only);
    await new Promise(setImmediate);
    expect(store.batches).toEqual([]);
    tell(new Set([only]));
    expect(await outcome).toEqual({ kind: 'barred' });
    expect(store.batches).toEqual([]);
  });
});
