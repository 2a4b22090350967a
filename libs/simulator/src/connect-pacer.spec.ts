import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectPacer } from './connect-pacer.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets in no more than so many a second, in the order they came', () => {
  const pacer = new ConnectPacer(300);
  const admitted: number[] = [];
  for (let vehicle = 0; vehicle < 1000; vehicle++) pacer.enter(() => admitted.push(vehicle));
  vi.advanceTimersByTime(1000);
  expect(admitted).toEqual(Array.from({ length: 300 }, (_, index) => index));
  vi.advanceTimersByTime(2340);
  expect(admitted).toHaveLength(1000);
});

it('does not save up for a rush while nobody waits', () => {
  const pacer = new ConnectPacer(100);
  pacer.enter(() => undefined);
  vi.advanceTimersByTime(60_000);
  let admitted = 0;
  for (let vehicle = 0; vehicle < 100; vehicle++) pacer.enter(() => admitted++);
  vi.advanceTimersByTime(100);
  expect(admitted).toBe(10);
});

it('lets nobody in once closed', () => {
  const pacer = new ConnectPacer(100);
  let admitted = 0;
  pacer.enter(() => admitted++);
  pacer.close();
  vi.advanceTimersByTime(1000);
  expect(admitted).toBe(0);
});
