import { expect, it } from 'vitest';
import { growthPerSecond } from './trend.js';

it('tells how much grows per second, though single points lie beside the line', () => {
  const points = Array.from({ length: 41 }, (_, i) => ({ at: 500 * i, value: 100 + 3 * i + (i % 2) }));
  expect(growthPerSecond(points)).toBeCloseTo(6, 1);
});

it('sees no growth in what it has not seen twice', () => {
  expect(growthPerSecond([])).toBe(0);
  expect(growthPerSecond([{ at: 1, value: 5 }])).toBe(0);
});
