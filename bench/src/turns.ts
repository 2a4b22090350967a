import type { Contestant } from './contestant.js';
import { SideEnded, type LegOptions } from './leg.js';
import { NoProgress } from './progress-wait.js';
import type { LegResults, RunResult } from './results.js';

/** Each side once, then all once more: A B A B. What slows the machine down for a while slows down all of them. */
export async function runInTurns<Job>(
  leg: string,
  sides: readonly Contestant<Job>[],
  options: LegOptions,
  runOnce: (side: Contestant<Job>, run: number) => Promise<RunResult>,
): Promise<LegResults> {
  const results: LegResults = { runs: [], skipped: [] };
  const able: Contestant<Job>[] = [];
  for (const side of sides.filter(({ name }) => options.only?.includes(name) ?? true)) {
    const because = await side.prepare?.();
    if (because === undefined) able.push(side);
    else {
      results.skipped.push({ leg, side: side.name, because });
      options.tell(`${leg}  ${side.name}: left out, ${because}`);
    }
  }
  await warmUp(leg, able, options, runOnce);
  for (let run = 1; run <= options.runs; run++) {
    for (const side of able) {
      options.signal.throwIfAborted();
      const result = await orFailure(leg, side, run, () => runOnce(side, run));
      results.runs.push(result);
      options.tell(lineOf(result));
    }
  }
  return results;
}

/** Below this part of the readings, a side takes so long that its warming up would be most of a run. */
const QUICK = 0.05;

/**
 * Twice all that is quick, without counting it: services that have just started are compiled while they work, and
 * whoever came first would pay for that.
 */
async function warmUp<Job>(
  leg: string,
  sides: readonly Contestant<Job>[],
  options: LegOptions,
  runOnce: (side: Contestant<Job>, run: number) => Promise<RunResult>,
): Promise<void> {
  if (!options.warmUp) return;
  const quick = sides.filter(({ portion = 1 }) => portion >= QUICK);
  for (const side of [...quick, ...quick]) {
    options.signal.throwIfAborted();
    const { ratePerSecond, failure } = await orFailure(leg, side, 0, () => runOnce(side, 0));
    options.tell(`${leg}  ${side.name}, to warm up: ${failure ?? `${Math.round(ratePerSecond)} a second`}`);
  }
}

async function orFailure<Job>(
  leg: string,
  { name, guarantees }: Contestant<Job>,
  run: number,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SideEnded || error instanceof NoProgress)) throw error;
    return {
      ...{ leg, side: name, run, guarantees, failure: error.message },
      ...{ records: 0, seconds: 0, ratePerSecond: 0, costs: {}, probeMs: [0, 0] },
      ...{ lost: 0, duplicated: 0, outOfOrder: 0, altered: 0 },
    };
  }
}

function lineOf({ leg, side, run, ratePerSecond, records, seconds, failure }: RunResult): string {
  const what = `${leg}  ${side}, run ${run}`;
  if (failure !== undefined) return `${what}: failed, ${failure}`;
  return `${what}: ${Math.round(ratePerSecond)} a second (${records} in ${seconds.toFixed(1)} s)`;
}
