import { expect, it } from 'vitest';
import { ArrivalClock } from './clock.js';

it('counts from the first arrival to the last, and not what came with the first', () => {
  const clock = new ArrivalClock();
  for (const at of [3000, 1000, 1000, 2000, 3000]) clock.arrive(at);
  expect(clock.seconds).toBe(2);
  expect(clock.ratePerSecond).toBe(1.5);
});

it('goes on to whatever else belongs to the work', () => {
  const clock = new ArrivalClock();
  for (const at of [1000, 2000]) clock.arrive(at);
  clock.extendTo(5000);
  clock.extendTo(3000);
  expect(clock.ratePerSecond).toBe(0.25);
});

it('tells no rate of nothing', () => {
  expect(new ArrivalClock().ratePerSecond).toBe(0);
});
