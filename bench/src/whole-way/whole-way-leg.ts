import type { Leg } from '../leg.js';
import type { Cost } from '../process-costs.js';
import type { RunResult } from '../results.js';
import { measureInTurns, type Turn } from './in-turns.js';
import { CAPACITY, legAt } from './leg-name.js';

const USUAL_RATES = [1000, 8000];
const MEASURED_SECONDS = 20;
const WARM_UP_SECONDS = 10;

/** Leg c: vehicles send at a steady rate, whatever becomes of it, and each reading is to be a row, and some an alert. */
export const wholeWayLeg: Leg = {
  name: 'c',
  title: 'the whole way, live',
  warms: 'whole way',
  async run(stack, options) {
    const { turns, skipped } = await measureInTurns(stack, {
      ...options,
      rates: options.rates ?? USUAL_RATES,
      measuredSeconds: MEASURED_SECONDS,
      warmUpSeconds: WARM_UP_SECONDS,
    });
    return {
      runs: [...turns.map(resultOf), ...capacitiesOf(turns)],
      skipped: skipped.map((side) => ({ leg: 'c', ...side })),
    };
  },
};

export function resultOf(turn: Turn): RunResult {
  const { workload, records, rows, alerts, observed, side, run, guarantees, probeMs } = turn;
  return {
    ...{ leg: legAt(workload.ratePerSecond), side, run, guarantees, probeMs },
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
      leg: CAPACITY,
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ duplicated }) => duplicated),
      outOfOrder: sum(({ outOfOrder }) => outOfOrder),
      altered: sum(({ altered }) => altered),
    });
  }
  return [...most.values()];
}
