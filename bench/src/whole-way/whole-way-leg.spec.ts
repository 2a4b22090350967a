import { expect, it } from 'vitest';
import { figuresOf } from './figures.fixture.js';
import type { Turn } from './in-turns.js';
import { capacitiesOf, resultOf } from './whole-way-leg.js';

const turnOf = (side: string, run: number, rate: number, over: Partial<Turn> = {}): Turn => ({
  ...figuresOf(rate),
  ...{ side, run, guarantees: { orderPerVehicle: true }, probeMs: [1, 1] },
  ...over,
});

it('what a side can do is the most it stored at any rate, and void if anything was lost at any', () => {
  const lost = { rows: { lost: 2, doubled: 0, altered: 0 } };
  const turns = [
    turnOf('navora', 1, 1000),
    turnOf('navora', 1, 8000),
    turnOf('navora', 1, 12_000, { kept: false, storedPerSecond: 9000 }),
    turnOf('bento', 1, 1000, lost),
    turnOf('bento', 1, 4000, { kept: false, storedPerSecond: 1500 }),
    turnOf('navora', 2, 1000),
  ];
  expect(
    capacitiesOf(turns).map(({ side, run, ratePerSecond, lost }) => [side, run, ratePerSecond, lost]),
  ).toEqual([
    ['navora', 1, 9000, 0],
    ['bento', 1, 1500, 2],
    ['navora', 2, 1000, 0],
  ]);
});

it('a row that is missing because its record never came counts once, and a lost alert besides', () => {
  const turn = turnOf('navora', 1, 1000, {
    records: { lost: 3, doubled: 1, outOfOrder: 4 },
    rows: { lost: 5, doubled: 0, altered: 6 },
    alerts: { expected: 10, lost: 1, doubled: 1, invented: 1 },
  });
  expect(resultOf(turn)).toMatchObject({ lost: 6, duplicated: 2, outOfOrder: 4, altered: 7 });
});
