import { isValid, type RunResult } from './results.js';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? min;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? min) + upper) / 2;
  return { median, min, max };
}

/** Of one side to another, pairwise within each run that both have done validly. */
export function ratioOf(
  runs: readonly RunResult[],
  { leg, side, against }: { leg: string; side: string; against: string },
  figure: (run: RunResult) => number | undefined = ({ ratePerSecond }) => ratePerSecond,
): Spread | undefined {
  const valid = runs.filter((run) => run.leg === leg && isValid(run));
  const ratios = valid
    .filter((run) => run.side === side)
    .flatMap((ours) => {
      const theirs = valid.find((run) => run.side === against && run.run === ours.run);
      const [one, other] = [figure(ours), theirs && figure(theirs)];
      return one === undefined || !other ? [] : [one / other];
    });
  return spreadOf(ratios);
}
