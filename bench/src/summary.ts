import type { Guarantees } from './guarantees.js';
import type { Cost } from './process-costs.js';
import { ratioOf, spreadOf, type Spread } from './ratios.js';
import { isValid, type RunResult } from './results.js';

/** All runs of one side in one leg. */
export interface SideSummary {
  leg: string;
  side: string;
  guarantees: Guarantees;
  runs: number;
  /** Those that count: nothing lost, doubled, altered or out of order. */
  valid: number;
  records: number;
  rate: Spread | undefined;
  /** Of Navora to it, within each run. */
  navoraTo: Spread | undefined;
  lost: number;
  duplicated: number;
  outOfOrder: number;
  altered: number;
  /** By process, medians. */
  costs: Record<string, Cost>;
  bytesPerRow: number | undefined;
  failures: string[];
}

export function summarise(runs: readonly RunResult[]): SideSummary[] {
  return bySide(runs).flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { leg, side, guarantees } = first;
    const valid = group.filter(isValid);
    const sum = (of: (run: RunResult) => number) => group.reduce((total, run) => total + of(run), 0);
    return [
      {
        ...{ leg, side, guarantees, runs: group.length, valid: valid.length },
        records: Math.max(...group.map(({ records }) => records)),
        rate: spreadOf(valid.map(({ ratePerSecond }) => ratePerSecond)),
        navoraTo: side === 'navora' ? undefined : ratioOf(runs, { leg, side: 'navora', against: side }),
        lost: sum(({ lost }) => lost),
        duplicated: sum(({ duplicated }) => duplicated),
        outOfOrder: sum(({ outOfOrder }) => outOfOrder),
        altered: sum(({ altered }) => altered),
        costs: medianCosts(valid),
        bytesPerRow: valid.find((run) => run.bytesPerRow !== undefined)?.bytesPerRow,
        failures: group.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
      },
    ];
  });
}

/** In the order in which they first ran. */
function bySide(runs: readonly RunResult[]): RunResult[][] {
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const key = `${run.leg}/${run.side}`;
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}

function medianCosts(runs: readonly RunResult[]): Record<string, Cost> {
  const names = new Set(runs.flatMap(({ costs }) => Object.keys(costs)));
  const median = (name: string, figure: (cost: Cost) => number) =>
    spreadOf(runs.flatMap(({ costs }) => (costs[name] ? [figure(costs[name])] : [])))?.median ?? 0;
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      {
        cpuSecondsPerMillion: median(name, ({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
        peakRssMiB: median(name, ({ peakRssMiB }) => peakRssMiB),
      },
    ]),
  );
}
