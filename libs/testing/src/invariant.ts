/** Fails with the name of the invariant in front, so that a failure says which promise was broken, and by what. */
export function invariant(name: string, holds: boolean, witness: () => string): asserts holds {
  if (!holds) throw new Error(`${name}: ${witness()}`);
}

export interface ModelRuns {
  numRuns: number;
  seed?: number;
  endOnFailure: boolean;
  includeErrorInReport: true;
}

/**
 * How often a model is run, each time with another history. `NAVORA_TEST_SEED` runs the history of a failure
 * again (fast-check prints its seed), `NAVORA_TEST_RUNS` multiplies the number of runs.
 */
export function modelRuns(numRuns: number): ModelRuns {
  const { NAVORA_TEST_SEED: seed, NAVORA_TEST_RUNS: times } = process.env;
  return {
    numRuns: Math.ceil(numRuns * Number(times ?? 1)),
    endOnFailure: process.env['NAVORA_MUTANT'] !== undefined,
    includeErrorInReport: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}
