import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, retryForever } from './backoff.js';

it('pauses between half and the whole of a doubling time, never above the maximum', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, luck) => {
      const due = Math.min(2000, 100 * 2 ** attempt);
      const ms = backoffMs({ firstMs: 100, maxMs: 2000 }, attempt, () => luck);
      expect(ms).toBeGreaterThanOrEqual(due / 2);
      expect(ms).toBeLessThanOrEqual(due);
    }),
  );
});

it('retries until the action succeeds', async () => {
  let attempts = 0;
  const flaky = async () => {
    if (++attempts < 3) throw new Error('not yet');
    return 'done';
  };
  expect(await retryForever(flaky, { firstMs: 1, maxMs: 1 })).toBe('done');
  expect(attempts).toBe(3);
});

it('throws at once what no waiting mends, and the last error when it is told to stop', async () => {
  const fail = async () => {
    throw new Error('broken');
  };
  await expect(retryForever(fail, { firstMs: 1, maxMs: 1, isTransient: () => false })).rejects.toThrow(
    'broken',
  );
  const stop = new AbortController();
  await expect(
    retryForever(fail, { firstMs: 1000, maxMs: 1000, signal: stop.signal, onRetry: () => stop.abort() }),
  ).rejects.toThrow('broken');
});
