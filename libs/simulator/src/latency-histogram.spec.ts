import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LatencyHistogram, RecentLatencies } from './latency-histogram.js';

it('gives quantiles that are at most 4 % above the exact ones, and never below', () => {
  const latencies = fc.array(fc.double({ min: 0.01, max: 600_000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(latencies, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const histogram = new LatencyHistogram();
      for (const latency of list) histogram.record(latency);
      const sorted = [...list].sort((one, other) => one - other);
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
      const quantile = histogram.quantile(share) ?? NaN;
      expect(quantile).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
      expect(quantile).toBeLessThanOrEqual(exact * 1.04 * (1 + 1e-9));
    }),
  );
});

it('has no quantiles before anything was recorded', () => {
  expect(new LatencyHistogram().quantiles()).toBeUndefined();
});

it('forgets what is older than the seconds it keeps', () => {
  const recent = new RecentLatencies(5);
  recent.record(900, 10_000);
  recent.record(1, 13_000);
  expect(recent.quantiles(14_900)?.max).toBe(900);
  expect(recent.quantiles(15_000)?.max).toBe(1);
  expect(recent.quantiles(90_000)).toBeUndefined();
});
