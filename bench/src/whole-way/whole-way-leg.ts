import type { BenchStack } from '../bench-stack.js';
import type { Leg, LegOptions } from '../leg.js';
import type { Cost } from '../process-costs.js';
import type { LegResults, RunResult } from '../results.js';
import { measureInTurns, type Turn } from './in-turns.js';
import { capacityLeg, legAt } from './leg-name.js';

const USUAL_RATES = [1000, 8000];
const MEASURED_SECONDS = 20;
const WARM_UP_SECONDS = 10;
const LONG_SECONDS = 600;

/** Leg c: vehicles send at a steady rate, whatever becomes of it, and each reading is to be a row, and some an alert. */
export const wholeWayLeg: Leg = {
  name: 'c',
  title: 'the whole way, live',
  warms: 'whole way',
  run: (stack, options) => wholeWay(stack, { ...options, rates: options.rates ?? USUAL_RATES }),
};

/** The same by Navora on a Cassandra that syncs its commit log every ten seconds, as several nodes may. */
export const periodicLeg: Leg = {
  name: 'c-periodic',
  title: 'the whole way, live, with a periodic commit log',
  warms: 'whole way, periodic',
  async run(stack, options) {
    const periodic = await stack.beside?.({ commitLog: 'periodic' });
    if (!periodic) return { runs: [], skipped: [] };
    try {
      return await wholeWay(periodic, { ...options, rates: [1000, 12_000], only: ['navora'] });
    } finally {
      await periodic.close();
    }
  },
};

/** Ten minutes: whether memory grows. */
export const longLeg: Leg = {
  name: 'c-long',
  title: 'the whole way, live, ten minutes at 3,000 a second',
  warms: 'whole way',
  run: (stack, options) =>
    wholeWay(stack, { ...options, runs: 1, rates: [3000], measuredSeconds: LONG_SECONDS, only: ['navora'] }),
};

async function wholeWay(
  stack: BenchStack,
  options: LegOptions & { rates: readonly number[]; measuredSeconds?: number },
): Promise<LegResults> {
  const { turns, skipped } = await measureInTurns(stack, {
    ...{ measuredSeconds: MEASURED_SECONDS, warmUpSeconds: WARM_UP_SECONDS },
    ...options,
  });
  return {
    runs: [...turns.map(resultOf), ...(options.rates.length > 1 ? capacitiesOf(turns) : [])],
    skipped: skipped.map((side) => ({ leg: 'c', ...side })),
  };
}

export function resultOf(turn: Turn): RunResult {
  const { workload, records, rows, alerts, observed, side, run, guarantees, probeMs } = turn;
  return {
    ...{ leg: legAt(workload.ratePerSecond, turn.commitLog), side, run, guarantees, probeMs },
    records: workload.ratePerSecond * workload.measuredSeconds,
    seconds: workload.measuredSeconds,
    ratePerSecond: turn.storedPerSecond,
    lost: Math.max(records.lost, rows.lost) + (alerts?.lost ?? 0),
    duplicated: records.doubled + rows.doubled + (alerts?.doubled ?? 0),
    outOfOrder: records.outOfOrder,
    altered: rows.altered + (alerts?.invented ?? 0),
    costs: Object.fromEntries(
      Object.entries(observed.byProcess).map(([name, costs]): [string, Cost] => [
        name,
        { cpuSecondsPerMillion: costs.cpuMicrosecondsPerMessage, peakRssMiB: costs.peakResidentMiB },
      ]),
    ),
    live: turn,
  };
}

/** Of each side in each run, the most that it stored in a second at any rate. */
export function capacitiesOf(turns: readonly Turn[]): RunResult[] {
  const most = new Map<string, RunResult>();
  for (const turn of turns) {
    const { live: _, ...result } = resultOf(turn);
    const key = `${turn.side}/${turn.run}`;
    const before = most.get(key);
    const best = before && before.ratePerSecond > result.ratePerSecond ? before : result;
    const sum = (of: (one: RunResult) => number) => of(result) + (before ? of(before) : 0);
    most.set(key, {
      ...best,
      leg: capacityLeg(turn.commitLog),
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ duplicated }) => duplicated),
      outOfOrder: sum(({ outOfOrder }) => outOfOrder),
      altered: sum(({ altered }) => altered),
    });
  }
  return [...most.values()];
}
