import { expect, it } from 'vitest';
import { aRun } from './a-run.fixture.js';
import { ratioOf, spreadOf } from './ratios.js';
import type { RunResult } from './results.js';
import { summarise } from './summary.js';
import { outcomesOf } from './targets.js';

const ran = (side: string, run: number, ratePerSecond: number, over: Partial<RunResult> = {}) =>
  aRun({ side, run, ratePerSecond, ...over });
const AGAINST = { leg: 'b', side: 'navora', against: 'own-one-lwt' };

it('takes the median of an odd and of an even number of values', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([])).toBeUndefined();
});

it('compares two sides within one run only', () => {
  // The machine was half as fast in the second run, for both.
  const runs = [
    ran('navora', 1, 800),
    ran('own-one-lwt', 1, 200),
    ran('navora', 2, 400),
    ran('own-one-lwt', 2, 100),
  ];
  expect(ratioOf(runs, AGAINST)).toEqual({ median: 4, min: 4, max: 4 });
});

it.each([{ lost: 1 }, { duplicated: 1 }, { outOfOrder: 1 }, { altered: 1 }, { failure: 'it ended' }])(
  'counts no run with %o',
  (fault) => {
    const runs = [ran('navora', 1, 800, fault), ran('own-one-lwt', 1, 200)];
    expect(ratioOf(runs, AGAINST)).toBeUndefined();
    expect(outcomesOf(runs)).toEqual([
      { leg: 'b', against: 'own-one-lwt', value: null, target: 4, met: false },
    ]);
    expect(summarise(runs)[0]).toMatchObject({ runs: 1, valid: 0, rate: undefined });
  },
);

it('counts a run that mixed up what it does not promise to keep in order', () => {
  const runs = [
    ran('navora', 1, 800),
    ran('bento', 1, 100, { outOfOrder: 3, guarantees: { orderPerVehicle: false } }),
  ];
  expect(ratioOf(runs, { ...AGAINST, against: 'bento' })?.median).toBe(8);
});

it('says of each target with both sides whether it was met, and nothing of others', () => {
  const runs = [ran('navora', 1, 800), ran('own-one-lwt', 1, 200), ran('unconditional', 1, 1600)];
  expect(outcomesOf(runs)).toEqual([
    { leg: 'b', against: 'own-one-lwt', value: 4, target: 4, met: true },
    { leg: 'b', against: 'unconditional', value: 0.5, target: 0.55, met: false },
  ]);
});

it('is ahead of Telegraf in rate, or else in what a message costs, services aside', () => {
  const cpu = (cpuSecondsPerMillion: number) => ({ cpuSecondsPerMillion, peakRssMiB: 1 });
  const runs = (rate: number) => [
    ran('navora', 1, rate, { leg: 'a', costs: { 'mqtt-bridge': cpu(18), kafka: cpu(90) } }),
    ran('telegraf', 1, 100, { leg: 'a', costs: { telegraf: cpu(36), kafka: cpu(9) } }),
  ];
  expect(outcomesOf(runs(120))).toEqual([
    { leg: 'a', against: 'telegraf', value: 2, in: 'CPU a message', target: 1.5, met: true },
  ]);
  expect(outcomesOf(runs(160))).toEqual([
    { leg: 'a', against: 'telegraf', value: 1.6, target: 1.5, met: true },
  ]);
});
