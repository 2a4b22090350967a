/** What a process used of a processor while so many messages a second came. */
export interface CostPoint {
  ratePerSecond: number;
  cores: number;
}

/**
 * A line: what a process needs to be there, and what each message needs on top. Beyond the fastest point that was
 * measured nothing is saved any more: costs grow in proportion to it.
 */
export interface CostModel {
  fixedCores: number;
  coresPerMessagePerSecond: number;
  fastest: CostPoint;
}

/**
 * The line through the slowest and the fastest point. Those between them are left to hold the model against.
 *
 * @throws RangeError for fewer than two rates
 */
export function lineThroughEnds(points: readonly CostPoint[]): CostModel {
  const sorted = [...points].sort((a, b) => a.ratePerSecond - b.ratePerSecond);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || first.ratePerSecond === last.ratePerSecond)
    throw new RangeError('a model of costs needs figures at two rates, or more');
  const slope = Math.max(0, (last.cores - first.cores) / (last.ratePerSecond - first.ratePerSecond));
  return {
    fixedCores: Math.max(0, first.cores - slope * first.ratePerSecond),
    coresPerMessagePerSecond: slope,
    fastest: last,
  };
}

export function coresAt(
  { fixedCores, coresPerMessagePerSecond, fastest }: CostModel,
  ratePerSecond: number,
): number {
  if (ratePerSecond > fastest.ratePerSecond) return (fastest.cores * ratePerSecond) / fastest.ratePerSecond;
  return fixedCores + coresPerMessagePerSecond * ratePerSecond;
}

/** How far the model is from what was measured: 0.1 says ten percent too much. */
export function deviation(predicted: number, measured: number): number {
  return predicted / measured - 1;
}
