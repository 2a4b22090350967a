import { expect, it } from 'vitest';
import { memoryOutcomesOf } from './memory-targets.js';
import type { RunResult } from './results.js';

const aRun = (
  leg: string,
  process: string,
  peakRssMiB: number,
  over: Partial<RunResult> = {},
): RunResult => ({
  ...{ leg, side: 'navora', run: 1, guarantees: { orderPerVehicle: true }, records: 100, seconds: 1 },
  ...{ ratePerSecond: 100, lost: 0, duplicated: 0, outOfOrder: 0, altered: 0, probeMs: [1, 1] },
  costs: { [process]: { cpuSecondsPerMillion: 20, peakRssMiB } },
  ...over,
});

it('takes the largest of all runs that count, and says in which leg that was', () => {
  const runs = [
    aRun('a', 'mqtt-bridge', 180),
    aRun('a-tls', 'mqtt-bridge', 200.4),
    aRun('b', 'mqtt-bridge', 900, { lost: 1 }),
    aRun('b', 'processor', 340),
    aRun('b', 'kafka', 1000),
  ];
  expect(memoryOutcomesOf(runs)).toEqual([
    {
      leg: 'a-tls',
      against: 'bridge, MiB, most of all runs',
      value: 200.4,
      target: 200,
      atMost: true,
      met: false,
    },
    {
      leg: 'b',
      against: 'processor, MiB, most of all runs',
      value: 340,
      target: 350,
      atMost: true,
      met: true,
    },
  ]);
});

it('says nothing of services that did not run', () => {
  expect(memoryOutcomesOf([aRun('b', 'node', 500)])).toEqual([]);
});
