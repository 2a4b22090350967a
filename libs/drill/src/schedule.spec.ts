import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.js';
import { CALM_MS, GAP_MS, planFaults, type PlannedFault, type Schedulable } from './schedule.js';

const kinds = fc
  .subarray([...CATALOGUE], { minLength: 1 })
  .map((faults) => faults.map(({ code, lastsMs, touches }): Schedulable => ({ code, lastsMs, touches })));
const options = fc.record({ seed: fc.nat(), durationMs: fc.integer({ min: 20_000, max: 1_200_000 }) });

const touchesOf = (from: readonly Schedulable[], code: string) =>
  from.find((kind) => kind.code === code)?.touches ?? [];
const endOf = ({ atMs, lastsMs }: PlannedFault) => atMs + lastsMs;

it('is the same for the same seed, byte for byte', () => {
  fc.assert(
    fc.property(kinds, options, (faults, wanted) => {
      expect(JSON.stringify(planFaults(faults, wanted))).toBe(JSON.stringify(planFaults(faults, wanted)));
    }),
  );
});

it('differs from seed to seed', () => {
  const plans = [1, 2, 3, 4].map((seed) =>
    JSON.stringify(planFaults(CATALOGUE, { seed, durationMs: 600_000 })),
  );
  expect(new Set(plans).size).toBe(4);
});

it('heals every fault while the load still runs, and none begins before it does', () => {
  fc.assert(
    fc.property(kinds, options, (faults, wanted) => {
      for (const planned of planFaults(faults, wanted)) {
        expect(planned.atMs).toBeGreaterThanOrEqual(CALM_MS);
        expect(endOf(planned)).toBeLessThanOrEqual(wanted.durationMs - CALM_MS);
      }
    }),
  );
});

it('gives each as long as it needs, and no longer than it may last', () => {
  fc.assert(
    fc.property(kinds, options, (faults, wanted) => {
      for (const { code, lastsMs } of planFaults(faults, wanted)) {
        const [least, most] = faults.find((kind) => kind.code === code)?.lastsMs ?? [0, 0];
        expect(lastsMs).toBeGreaterThanOrEqual(least);
        expect(lastsMs).toBeLessThanOrEqual(most);
      }
    }),
  );
});

it('lets two overlap only if they touch different parts, and never three', () => {
  fc.assert(
    fc.property(kinds, options, (faults, wanted) => {
      const plan = planFaults(faults, wanted);
      for (const one of plan) {
        const others = plan.filter(
          (other) => other !== one && other.atMs < endOf(one) && one.atMs < endOf(other),
        );
        for (const other of others) {
          const touched = touchesOf(faults, one.code);
          expect(touchesOf(faults, other.code).filter((part) => touched.includes(part))).toEqual([]);
        }
        expect(others.filter(({ atMs }) => atMs <= one.atMs).length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it('plans every kind before any a second time, and all of them if the time allows', () => {
  fc.assert(
    fc.property(kinds, options, (faults, wanted) => {
      const plan = planFaults(faults, wanted).map(({ code }) => code);
      const needed = faults.reduce((sum, { lastsMs }) => sum + lastsMs[0] + GAP_MS, 0);
      if (needed <= wanted.durationMs - 2 * CALM_MS) expect(new Set(plan).size).toBe(faults.length);
      const firstRound = plan.slice(0, new Set(plan).size);
      expect(new Set(firstRound).size).toBe(firstRound.length);
    }),
  );
});

it('makes exactly as many as are asked for, one after the other', () => {
  fc.assert(
    fc.property(kinds, options, fc.integer({ min: 1, max: 100 }), (faults, wanted, count) => {
      const plan = planFaults(faults, { ...wanted, count });
      expect(plan).toHaveLength(count);
      plan.slice(1).forEach((planned, index) => {
        expect(planned.atMs).toBeGreaterThanOrEqual(endOf(plan[index] as PlannedFault) - 1);
      });
    }),
  );
});
