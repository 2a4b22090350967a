import { isValid, type RunResult } from './results.js';
import type { TargetOutcome } from './targets.js';

/** What a service of ours may have resident at most, MiB, whatever comes. */
const LIMITS = [
  { process: 'mqtt-bridge', called: 'bridge', mostMiB: 200 },
  { process: 'processor', called: 'processor', mostMiB: 350 },
];

/** The most that each had at any time in any valid run, under whatever load: no median, since memory runs out once. */
export function memoryOutcomesOf(runs: readonly RunResult[]): TargetOutcome[] {
  return LIMITS.flatMap(({ process, called, mostMiB }) => {
    const peaks = runs
      .filter(isValid)
      .flatMap(({ leg, costs }) => (costs[process] ? [{ leg, peak: costs[process].peakRssMiB }] : []));
    if (peaks.length === 0) return [];
    const largest = peaks.reduce((most, one) => (one.peak > most.peak ? one : most));
    return [
      {
        ...{ leg: largest.leg, against: `${called}, MiB, most of all runs` },
        ...{ value: Math.round(largest.peak * 10) / 10, target: mostMiB, atMost: true as const },
        met: largest.peak <= mostMiB,
      },
    ];
  });
}
