import { expect, it } from 'vitest';
import { aRun } from './a-run.fixture.js';
import { memoryOutcomesOf } from './memory-targets.js';
import type { RunResult } from './results.js';

const using = (leg: string, process: string, peakRssMiB: number, over: Partial<RunResult> = {}) =>
  aRun({ leg, costs: { [process]: { cpuSecondsPerMillion: 20, peakRssMiB } }, ...over });

it('takes the largest of all runs that count, and says in which leg that was', () => {
  const runs = [
    using('a', 'mqtt-bridge', 180),
    using('a-tls', 'mqtt-bridge', 200.4),
    using('b', 'mqtt-bridge', 900, { lost: 1 }),
    using('b', 'processor', 340),
    using('b', 'kafka', 1000),
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
  expect(memoryOutcomesOf([using('b', 'node', 500)])).toEqual([]);
});
