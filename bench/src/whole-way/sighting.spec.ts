import { expect, it } from 'vitest';
import { aPlan } from './a-plan.fixture.js';
import { now } from './wall-clock.js';
import { Lookout, sampleOf } from './sighting.js';

it('tells from when on a reading is there, and hardly later', async () => {
  const plan = aPlan({ vehicles: 10, startAt: now() });
  const appearsAt = plan.startAt + 100;
  const seen = await new Lookout(plan, async () => now() >= appearsAt).watch([0]);
  expect(seen.afterMs.count).toBe(1);
  expect(seen.afterMs.p50).toBeGreaterThanOrEqual(100);
  expect(seen.looks).toBeLessThan(60);
  expect(seen.missed).toBe(0);
});

it('takes a sample of even distance', () => {
  expect(sampleOf({ from: 100, end: 200 }, 100, 4)).toEqual([112, 137, 162, 187]);
});
