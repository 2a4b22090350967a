import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from './random.js';

const numbers = (seed: number, stream: string) => {
  const random = new Random(seed, stream);
  return Array.from({ length: 50 }, () => random.next());
};

it('gives the same numbers for the same seed and stream, and others for any other', () => {
  expect(numbers(7, 'route/1')).toEqual(numbers(7, 'route/1'));
  expect(numbers(7, 'route/1')).not.toEqual(numbers(8, 'route/1'));
  expect(numbers(7, 'route/1')).not.toEqual(numbers(7, 'route/2'));
});

it('keeps to its ranges', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed, 'ranges');
      for (let draw = 0; draw < 5; draw++) {
        expect(random.between(3, 5)).toSatisfy((value: number) => value >= 3 && value < 5);
        expect(Math.abs(random.noise(2))).toBeLessThanOrEqual(2);
        expect(random.waitFor(10)).toBeGreaterThanOrEqual(0);
        expect([1, 2, 3]).toContain(random.pick([1, 2, 3]));
      }
    }),
  );
});

it('waits for the mean on average, and for ever for what never happens', () => {
  const random = new Random(1, 'waits');
  const waits = Array.from({ length: 10_000 }, () => random.waitFor(40));
  expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeCloseTo(40, -1);
  expect(random.waitFor(Infinity)).toBe(Infinity);
});
