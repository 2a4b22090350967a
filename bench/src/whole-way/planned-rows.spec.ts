import type { CassandraClient } from '@navora/cassandra';
import { describe, expect, it } from 'vitest';
import { READINGS } from '../rows.js';
import { aPlan } from './a-plan.fixture.js';
import { PlannedRows } from './planned-rows.js';
import { readingOf } from './planned-values.js';

/** 10 vehicles, each with two readings; an hour begins between the two. */
const plan = aPlan({
  ...{ vehicles: 10, ratePerSecond: 10, warmUpSeconds: 0, measuredSeconds: 2 },
  startAt: Math.ceil(1_790_000_000_000 / 3_600_000) * 3_600_000 - 1000,
});

type Row = Record<string, unknown>;

const rowOf = (number: number): Row => {
  const reading = readingOf(plan, number);
  return { ...READINGS.keyOf(reading), sequence: BigInt(reading.sequence ?? 0), speed_kph: reading.speedKph };
};

/** Finds rows by the columns that a query names, in that order. */
function storeOf(rows: Row[]): CassandraClient {
  const execute = async (query: string, values: unknown[]) => {
    const columns = [...query.matchAll(/(\w+) = \?/g)].map(([, column]) => column as string);
    const found = rows.filter((row) => columns.every((column, i) => row[column] === values[i]));
    return Object.assign(found, { rowLength: found.length });
  };
  return { execute } as unknown as CassandraClient;
}

const findingsOf = (rows: Row[], unknown: number[] = []) =>
  new PlannedRows(storeOf(rows), 'navora', READINGS, plan).compare(unknown);

const all = Array.from({ length: 20 }, (_, number) => rowOf(number));

describe('the rows of a plan', () => {
  it('are all there, in whatever partition their time puts them', async () => {
    expect(new Set(all.map(({ bucket }) => bucket)).size).toBe(2);
    expect(await findingsOf(all)).toEqual({ lost: 0, doubled: 0, altered: 0 });
  });

  it('are counted when they are missing, unless nobody can know whether their readings arrived', async () => {
    const some = all.filter((_, number) => number !== 3 && number !== 14);
    expect((await findingsOf(some)).lost).toBe(2);
    expect((await findingsOf(some, [3])).lost).toBe(1);
  });

  it('are counted when a reading has two', async () => {
    expect(await findingsOf([...all, rowOf(3)])).toEqual({ lost: 0, doubled: 1, altered: 0 });
  });

  it('are not taken for what was sent when a value differs', async () => {
    const faster = all.map((row, number) => (number === 3 ? { ...row, speed_kph: 1000 } : row));
    expect(await findingsOf(faster)).toEqual({ lost: 1, doubled: 0, altered: 1 });
  });

  it('are seen one by one', async () => {
    const rows = new PlannedRows(storeOf(all.slice(0, 5)), 'navora', READINGS, plan);
    expect(await Promise.all([4, 5].map((number) => rows.isThere(number)))).toEqual([true, false]);
  });
});
