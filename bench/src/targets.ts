import { ratioOf } from './ratios.js';
import type { RunResult } from './results.js';
import { CAPACITY } from './whole-way/leg-name.js';

export interface Target {
  leg: string;
  side: string;
  against: string;
  atLeast: number;
}

export interface TargetOutcome {
  leg: string;
  against: string;
  /** The median of the ratios within each run; null when no run of both sides was valid. */
  value: number | null;
  target: number;
  /** The target is a limit: less is better. */
  atMost?: true;
  met: boolean;
}

/** What we want to be ahead by, at equal guarantees. */
export const TARGETS: readonly Target[] = [
  { leg: 'a', side: 'navora', against: 'documented-mqttjs', atLeast: 50 },
  { leg: 'a', side: 'navora', against: 'telegraf', atLeast: 1.5 },
  { leg: 'a-far', side: 'navora', against: 'documented-mqttjs', atLeast: 50 },
  { leg: 'a-far', side: 'navora', against: 'telegraf', atLeast: 1.5 },
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
      const ratio = ratioOf(runs, target)?.median;
      return {
        leg: target.leg,
        against: target.against,
        value: ratio === undefined ? null : Math.round(ratio * 100) / 100,
        target: target.atLeast,
        met: ratio !== undefined && ratio >= target.atLeast,
      };
    });
}
