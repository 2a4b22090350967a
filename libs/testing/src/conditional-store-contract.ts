import { expect, it } from 'vitest';

/** What group commit relies on, in the shape of its port; the rows are the implementer's own. */
interface ConditionalStoreLike<Row, Existing> {
  insertAllIfNew(rows: Row[]): Promise<{ applied: true } | { applied: false; existing: Existing[] }>;
}

export interface ConditionalStoreContract<Row, Existing> {
  store(): ConditionalStoreLike<Row, Existing>;
  /** A row of one and the same partition, told apart by `id`. */
  row(id: number, content: number): Row;
  /** The id and content of an answer's row. */
  idAndContentOf(row: Existing): [number, number];
}

/** The suite that a real store of conditional batches and its in-memory double both pass. */
export function conditionalStoreContract<Row, Existing>({
  store,
  row,
  idAndContentOf,
}: ConditionalStoreContract<Row, Existing>): void {
  const seen = (answer: { applied: true } | { applied: false; existing: Existing[] }) =>
    answer.applied ? 'applied' : answer.existing.map(idAndContentOf).sort(([a], [b]) => a - b);

  it('writes a batch of new rows', async () => {
    const it = store();
    expect(seen(await it.insertAllIfNew([row(1, 10), row(2, 20), row(3, 30)]))).toBe('applied');
  });

  it('answers a batch again with all its rows, unchanged', async () => {
    const it = store();
    await it.insertAllIfNew([row(1, 10), row(2, 20)]);
    expect(seen(await it.insertAllIfNew([row(1, 11), row(2, 21)]))).toEqual([
      [1, 10],
      [2, 20],
    ]);
  });

  it('writes nothing of a batch in which one row exists, and names only that one', async () => {
    const it = store();
    await it.insertAllIfNew([row(2, 20)]);
    expect(seen(await it.insertAllIfNew([row(1, 10), row(2, 21), row(3, 30)]))).toEqual([[2, 20]]);
    expect(seen(await it.insertAllIfNew([row(1, 11), row(3, 31)]))).toBe('applied');
  });

  it('takes a single row as a batch', async () => {
    const it = store();
    expect(seen(await it.insertAllIfNew([row(7, 70)]))).toBe('applied');
    expect(seen(await it.insertAllIfNew([row(7, 71)]))).toEqual([[7, 70]]);
  });
}
