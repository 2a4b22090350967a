import { expect } from 'vitest';
import * as world from './a-good-world.js';
import type { Evidence, ReadingRecord, Row } from './evidence.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';

/** What a lie changes in the evidence of a good world. */
export type Lie = (good: Evidence) => Partial<Evidence>;

/** What a lie breaks, however many slices the vehicles are judged in. */
export async function brokenBy(lie: Lie): Promise<readonly string[]> {
  const good = world.aGoodWorld();
  const evidence = { ...good, ...lie(good) };
  const { broken, totals } = await judgeBySlices(evidence, 1);
  for (const slices of [2, 7]) {
    const sliced = await judgeBySlices(evidence, slices);
    expect(sliced.broken, `in ${slices} slices`).toEqual(broken);
    expect(sliced.totals, `in ${slices} slices`).toEqual(totals);
  }
  return broken;
}

export const without = <T>(all: readonly T[], one: T) => all.filter((it) => it !== one);

export const replace = <T>(all: readonly T[], one: T, by: Partial<T>) =>
  all.map((it) => (it === one ? { ...it, ...by } : it));

export function at<T>(all: readonly T[], index: number): T {
  const one = all.at(index);
  if (one === undefined) throw new Error(`nothing at ${index}`);
  return one;
}

export const recordAt = (good: Evidence, offset: bigint): ReadingRecord =>
  at(
    good.records.filter((record) => record.offset === offset),
    0,
  );

export const withContent = (row: Row, name: string, value: number) => ({
  content: new Map([...row.content, [name, value]]),
});
