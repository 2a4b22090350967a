import { WATCHED } from './bench-stack.js';
import { ratioOf } from './ratios.js';
import type { RunResult } from './results.js';
import { CAPACITY } from './whole-way/leg-name.js';

export interface Target {
  leg: string;
  side: string;
  against: string;
  atLeast: number;
  /** It is enough to be ahead in what a message costs the sides' own processes. */
  orInCpu?: true;
}

export interface TargetOutcome {
  leg: string;
  against: string;
  /** The median of the ratios within each run; null when no run of both sides was valid. */
  value: number | null;
  target: number;
  /** Not in rate. */
  in?: 'CPU a message';
  /** The target is a limit: less is better. */
  atMost?: true;
  met: boolean;
}

/** What we want to be ahead by, at equal guarantees. */
export const TARGETS: readonly Target[] = [
  { leg: 'a', side: 'navora', against: 'documented-mqttjs', atLeast: 50 },
  { leg: 'a', side: 'navora', against: 'telegraf', atLeast: 1.5, orInCpu: true },
  { leg: 'a-far', side: 'navora', against: 'documented-mqttjs', atLeast: 50 },
  { leg: 'a-far', side: 'navora', against: 'telegraf', atLeast: 1.5, orInCpu: true },
  ...['b', 'b-signals', 'b-few'].flatMap((leg) => [
    { leg, side: 'navora', against: 'bento', atLeast: 5 },
    { leg, side: 'navora', against: 'own-one-lwt', atLeast: 4 },
    { leg, side: 'navora', against: 'nest-transport', atLeast: 20 },
    { leg, side: 'navora', against: 'unconditional', atLeast: 0.55 },
  ]),
  { leg: CAPACITY, side: 'navora', against: 'bento', atLeast: 3 },
];

/** Those of which both sides have run. */
export function outcomesOf(runs: readonly RunResult[], targets = TARGETS): TargetOutcome[] {
  const hasRun = (leg: string, side: string) => runs.some((run) => run.leg === leg && run.side === side);
  return targets
    .filter(({ leg, side, against }) => hasRun(leg, side) && hasRun(leg, against))
    .map((target) => {
      const { leg, side, against, atLeast } = target;
      const inRate = ratioOf(runs, target)?.median;
      const inCpu = target.orInCpu
        ? ratioOf(runs, { leg, side: against, against: side }, ownCpuOf)?.median
        : undefined;
      const byCpu = inRate !== undefined && inRate < atLeast && (inCpu ?? 0) > inRate;
      const ratio = byCpu ? inCpu : inRate;
      return {
        ...{ leg, against },
        value: ratio === undefined ? null : Math.round(ratio * 100) / 100,
        ...(byCpu && { in: 'CPU a message' as const }),
        target: atLeast,
        met: ratio !== undefined && ratio >= atLeast,
      };
    });
}

/** Of the side's own processes, not of the services that all sides have. */
function ownCpuOf({ costs }: RunResult): number {
  return Object.entries(costs).reduce(
    (sum, [process, { cpuSecondsPerMillion }]) =>
      WATCHED.includes(process) ? sum : sum + cpuSecondsPerMillion,
    0,
  );
}
