import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPlan } from './a-plan.fixture.js';
import {
  allReadings,
  breaches,
  breachesIn,
  dueAt,
  dueBy,
  measuredReadings,
  messageIdOf,
  numberOf,
} from './load-plan.js';

describe('a planned load', () => {
  it('measures what is due after the warm-up', () => {
    expect(allReadings(aPlan())).toEqual({ from: 0, end: 30_000 });
    expect(measuredReadings(aPlan())).toEqual({ from: 10_000, end: 30_000 });
  });

  it('has sent by then what is due by then, and no more than there is', () => {
    const plan = aPlan({ ratePerSecond: 8000 });
    fc.assert(
      fc.property(fc.nat(allReadings(plan).end - 1), (number) => {
        const at = Math.ceil(dueAt(plan, number));
        expect(dueBy(plan, at)).toBeGreaterThan(number);
        expect(dueBy(plan, Math.floor(dueAt(plan, number)) - 1)).toBeLessThanOrEqual(number);
      }),
    );
    expect(dueBy(plan, plan.startAt + 3_600_000)).toBe(allReadings(plan).end);
    expect(dueBy(plan, plan.startAt - 1)).toBe(0);
  });

  it('knows its own message ids, and those of no other run', () => {
    const number = fc.nat(2 ** 31 - 1);
    fc.assert(
      fc.property(number, (n) => {
        expect(numberOf(aPlan(), messageIdOf(aPlan(), n))).toBe(n);
      }),
    );
    expect(numberOf(aPlan({ run: '00000001' }), messageIdOf(aPlan(), 1))).toBeUndefined();
  });

  it.each([1000, 4000, 8000, 12_000])(
    'at %i a second lets no vehicle breach twice in a row, and as many as asked for in all',
    (ratePerSecond) => {
      const plan = aPlan({ ratePerSecond });
      const all = allReadings(plan);
      const breaching = breachesIn(plan, all);
      expect(breaching.every((number) => breaches(plan, number))).toBe(true);
      expect(breaching.some((number) => breaches(plan, number + plan.vehicles))).toBe(false);
      expect(Math.abs(breaching.length - 300)).toBeLessThan(5);
      const measured = breachesIn(plan, measuredReadings(plan));
      expect(measured).toEqual(breaching.filter((number) => number >= measuredReadings(plan).from));
    },
  );
});
