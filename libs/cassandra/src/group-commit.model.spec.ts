import { invariant, modelRuns } from '@navora/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GroupCommit, type BatchAnswer, type ConditionalStore, type StoreOutcome } from './group-commit.js';
import type { StoreErrorKind } from './store-error.js';

/** Two cells, so that a row that is mixed of two others can be told from each of them. */
interface Row {
  partition: string;
  id: string;
  left: string;
  right: string;
}

const keyOf = ({ partition, id }: Row) => `${partition}/${id}`;
const turn = () => new Promise(setImmediate);
const pick = <T>(from: T[], choice: number): T | undefined => from.splice(choice % (from.length || 1), 1)[0];

/**
 * `late`: the client has given up waiting, and the batch is decided some time after. `lost-before-apply`: it
 * never is. Slow is what is not answered for many steps.
 */
type Fate = 'ok' | 'lost-after-apply' | 'lost-before-apply' | 'late' | 'unavailable';

class StoreError extends Error {
  constructor(readonly kind: StoreErrorKind) {
    super(kind);
  }
}

interface Request {
  rows: Row[];
  answer(answer: BatchAnswer<Row>): void;
  fail(error: StoreError): void;
}

/** Cassandra's conditional batches: all or nothing, but of two inserts of one key in one batch cells are mixed. */
class Store implements ConditionalStore<Row, Row> {
  readonly rows = new Map<string, Row & { writeTime: number }>();
  readonly requests: Request[] = [];
  readonly undecided: Row[][] = [];
  private clock = 0;

  insertAllIfNew(rows: Row[]): Promise<BatchAnswer<Row>> {
    const keys = rows.map(keyOf);
    invariant('I3', new Set(keys).size === keys.length, () => `a key twice in one batch: ${keys}`);
    const [partition] = new Set(rows.map((row) => row.partition));
    const beside = this.requests.find((request) => request.rows[0]?.partition === partition);
    invariant('I10', beside === undefined, () => `two batches of partition ${partition} in flight`);
    invariant(
      'I10',
      this.requests.length < MAX_IN_FLIGHT,
      () => `${this.requests.length + 1} batches in flight`,
    );
    return new Promise((answer, fail) => this.requests.push({ rows, answer, fail }));
  }

  classify(error: unknown): StoreErrorKind {
    return error instanceof StoreError ? error.kind : 'bug';
  }

  settle({ rows, answer, fail }: Request, fate: Fate): void {
    if (rows.some(({ left }) => left === INVALID)) return fail(new StoreError('invalid'));
    if (fate === 'unavailable') return fail(new StoreError('transient'));
    if (fate === 'late') this.undecided.push(rows);
    const decided = fate === 'ok' || fate === 'lost-after-apply' ? this.decide(rows) : undefined;
    if (fate === 'ok' && decided) answer(decided);
    else fail(new StoreError('unknown-outcome'));
  }

  decide(rows: Row[]): BatchAnswer<Row> {
    const existing = rows.flatMap((row) => this.rows.get(keyOf(row)) ?? []);
    if (existing.length > 0) return { applied: false, existing };
    const writeTime = ++this.clock;
    for (const row of rows) {
      const mixed = this.rows.get(keyOf(row));
      this.rows.set(keyOf(row), { ...row, left: mixed?.left ?? row.left, writeTime });
    }
    return { applied: true };
  }
}

const INVALID = 'invalid';
const MAX_IN_FLIGHT = 3;

interface Submitted {
  row: Row;
  outcome?: StoreOutcome<Row>;
}

class World {
  readonly store = new Store();
  readonly pauses: (() => void)[] = [];
  readonly submitted: Submitted[] = [];
  private readonly writeTimes = new Map<string, number>();
  private readonly failures: unknown[] = [];
  private readonly commit = new GroupCommit<Row, Row>(this.store, {
    partitionOf: (row) => row.partition,
    keyOf,
    keyOfExisting: keyOf,
    maxBatchesInFlight: MAX_IN_FLIGHT,
    maxBatchRows: 4,
    maxBacklogBatchRows: 6,
    isPatient: ({ id }) => Number(id) % 2 === 1,
    gatherMs: 1,
    retry: { firstMs: 1, maxMs: 1 },
    pause: () => new Promise((resolve) => this.pauses.push(resolve)),
  });

  submit(partition: string, id: number, content: string): void {
    const one: Submitted = { row: { partition, id: `${id}`, left: content, right: content } };
    this.submitted.push(one);
    this.commit.storeOnce(one.row).then(
      (outcome) => {
        one.outcome = outcome;
        this.judge(one.row, outcome);
      },
      (error: unknown) => this.failures.push(error),
    );
  }

  /** What was said of a row must be so at that moment. */
  private judge(row: Row, outcome: StoreOutcome<Row>): void {
    const found = this.store.rows.get(keyOf(row));
    try {
      if (outcome.kind === 'refused') {
        invariant('I8', row.left === INVALID, () => `a good row was given up: ${JSON.stringify(row)}`);
        return;
      }
      invariant(
        'I1',
        found !== undefined,
        () => `${keyOf(row)} is said to be ${outcome.kind}, but is not there`,
      );
      const said = outcome.kind === 'exists' ? outcome.row : row;
      const isTrue = said.left === found.left && said.right === found.right;
      invariant('I2', isTrue, () => `${keyOf(row)} is said to be ${JSON.stringify(said)}`);
    } catch (error) {
      this.failures.push(error);
    }
  }

  check(): void {
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    for (const [key, row] of this.store.rows) {
      const first = this.submitted.find((one) => keyOf(one.row) === key && one.row.left !== INVALID)?.row;
      const isWhole = this.submitted.some(({ row: sent }) => {
        return keyOf(sent) === key && sent.left === row.left && sent.right === row.right;
      });
      invariant('I2', isWhole, () => `${key} is none of the rows sent: ${row.left}, ${row.right}`);
      invariant('I3', first?.left === row.left, () => `${key} is ${row.left}; ${first?.left} came first`);
      const writeTime = this.writeTimes.get(key) ?? row.writeTime;
      invariant('I3', writeTime === row.writeTime, () => `${key} was written again`);
      this.writeTimes.set(key, row.writeTime);
    }
    const stored = this.submitted.filter(({ outcome }) => outcome?.kind === 'stored');
    const keys = stored.map(({ row }) => keyOf(row));
    invariant('I3', new Set(keys).size === keys.length, () => `a key was stored twice: ${keys}`);
  }

  /** The store is well again: every row's fate is known before long. */
  async heal(): Promise<void> {
    const allKnown = () => this.submitted.every(({ outcome }) => outcome !== undefined);
    for (let round = 0; round < 500 && !allKnown(); round++) {
      for (const request of this.store.requests.splice(0)) this.store.settle(request, 'ok');
      for (const resume of this.pauses.splice(0)) resume();
      await turn();
      this.check();
    }
    invariant('I9', allKnown(), () => 'the store is well, and a row has no outcome');
    const missing = this.submitted.find(
      ({ row }) => row.left !== INVALID && !this.store.rows.has(keyOf(row)),
    );
    invariant('I1', missing === undefined, () => `${JSON.stringify(missing)} is not there`);
    expect(this.commit.healthy).toBe(true);
  }
}

const nat = fc.nat(1000);
const fate = fc.constantFrom<Fate>(
  'ok',
  'ok',
  'ok',
  'lost-after-apply',
  'lost-before-apply',
  'late',
  'unavailable',
);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      submit: fc.constantFrom('p', 'q', 'r', 's'),
      id: fc.nat(5),
      content: fc.constantFrom('a', 'b', 'c', 'c', INVALID),
    }),
  },
  { weight: 6, arbitrary: fc.record({ answer: nat, fate }) },
  { weight: 2, arbitrary: fc.record({ resume: nat }) },
  { weight: 1, arbitrary: fc.record({ decideLate: nat }) },
);

it('P9, P10, P11, P25, P26: whatever the store answers, loses, delays or refuses, each row is stored once and told the truth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 100, size: 'max' }), async (history) => {
      const world = new World();
      for (const one of history) {
        if ('submit' in one) world.submit(one.submit, one.id, one.content);
        else if ('answer' in one) {
          const request = pick(world.store.requests, one.answer);
          if (request) world.store.settle(request, one.fate);
        } else if ('resume' in one) pick(world.pauses, one.resume)?.();
        else {
          const rows = pick(world.store.undecided, one.decideLate);
          if (rows) world.store.decide(rows);
        }
        await turn();
        world.check();
      }
      await world.heal();
    }),
    modelRuns(1500),
  );
}, 120_000);
