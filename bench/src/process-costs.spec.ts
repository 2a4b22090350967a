import { expect, it } from 'vitest';
import { CostWatch, useOf } from './process-costs.js';

function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('tells what a process has used since it was watched, per million records', () => {
  work(100);
  const watch = new CostWatch({ us: process.pid });
  work(300);
  const { us } = watch.costs(1000);
  // 0.3 s for a thousand; a busy machine gives less of its processor, and other threads may add to it.
  expect(us?.cpuSecondsPerMillion).toBeGreaterThan(50);
  expect(us?.cpuSecondsPerMillion).toBeLessThan(3000);
  expect(us?.peakRssMiB).toBeGreaterThan(20);
});

it('leaves out a process that is gone', () => {
  expect(useOf(0x7fffffff)).toBeUndefined();
  expect(new CostWatch({ gone: 0x7fffffff }).costs(1)).toEqual({});
});
