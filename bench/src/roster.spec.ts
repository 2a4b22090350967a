import { expect, it } from 'vitest';
import { inTurns, skewed, type Roster } from './roster.js';

const READINGS = 20_000;

function countsOf(roster: Roster, vehicles: number): number[] {
  const counts = Array<number>(vehicles).fill(0);
  for (let index = 0; index < READINGS; index++) {
    const vehicle = roster.vehicleOf(index);
    // Each vehicle's readings are numbered without a gap, and found again by their number.
    expect(roster.sequenceOf(index)).toBe(counts[vehicle]);
    expect(roster.indexOf(vehicle, roster.sequenceOf(index))).toBe(index);
    counts[vehicle] = (counts[vehicle] ?? 0) + 1;
  }
  return counts;
}

it('lets vehicles report in turns, all alike', () => {
  expect(new Set(countsOf(inTurns(200), 200))).toEqual(new Set([100]));
});

it('lets one vehicle send a tenth besides its rank, and the others by theirs', () => {
  const counts = countsOf(skewed(7, READINGS, 500), 500);
  const weight = (rank: number) => (rank + 1) ** -1.1;
  const all = counts.reduce((sum, _, rank) => sum + weight(rank), 0);
  const expected = (rank: number) => (0.9 * READINGS * weight(rank)) / all;
  expect(counts[0]).toBeGreaterThan(0.95 * (0.1 * READINGS + expected(0)));
  expect(counts[0]).toBeLessThan(1.05 * (0.1 * READINGS + expected(0)));
  expect(counts[1]).toBeGreaterThan(0.9 * expected(1));
  expect(counts[1]).toBeLessThan(1.1 * expected(1));
  const tail = counts.slice(100).reduce((sum, count) => sum + count, 0);
  const expectedTail = counts.reduce((sum, _, rank) => sum + (rank < 100 ? 0 : expected(rank)), 0);
  expect(tail).toBeGreaterThan(0.9 * expectedTail);
  expect(tail).toBeLessThan(1.1 * expectedTail);
});

it('is the same for the same seed, whatever its size', () => {
  const [long, short] = [skewed(7, READINGS, 500), skewed(7, 1000, 500)];
  for (let index = 0; index < 1000; index++) {
    expect(short.vehicleOf(index)).toBe(long.vehicleOf(index));
    expect(short.sequenceOf(index)).toBe(long.sequenceOf(index));
  }
});

it('knows of no reading that a vehicle never sent', () => {
  expect(skewed(7, 1000, 500).indexOf(499, 1000)).toBeUndefined();
  expect(skewed(7, 1000, 500).indexOf(500, 0)).toBeUndefined();
});
