import { expect, it } from 'vitest';
import { quantilesOf } from './latencies.js';

it('takes the value that so many are not above', () => {
  const latencies = Float64Array.from({ length: 1000 }, (_, i) => 1000 - i);
  expect(quantilesOf(latencies)).toEqual({ count: 1000, p50: 500, p99: 990, p999: 999, max: 1000 });
});

it('guesses no quantile of too few', () => {
  expect(quantilesOf(new Float64Array())).toEqual({ count: 0, p50: null, p99: null, p999: null, max: null });
  expect(quantilesOf(Float64Array.of(3, 1))).toEqual({ count: 2, p50: 1, p99: 3, p999: null, max: 3 });
});
