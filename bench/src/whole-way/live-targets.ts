import type { CommitLog } from '../commit-log.js';
import { spreadOf } from '../ratios.js';
import { isValid, type RunResult } from '../results.js';
import type { TargetOutcome } from '../targets.js';
import type { WholeWayFigures } from './measure.js';

/** What a figure of Navora may be at most. */
interface Limit {
  what: string;
  /** Messages a second that it is measured at. */
  at: number;
  figure(figures: WholeWayFigures): number | null;
  most: Record<CommitLog, number>;
}

const same = (most: number): Record<CommitLog, number> => ({ group: most, periodic: most });
const cpuOf = (process: string) => (figures: WholeWayFigures) =>
  figures.observed.byProcess[process]?.cpuMicrosecondsPerMessage ?? null;
const growthOf = (process: string) => (figures: WholeWayFigures) =>
  figures.observed.byProcess[process]?.residentGrowthMiBPerMinute ?? null;
/** A side that falls behind has no latency: it grows for as long as one looks. */
const keptRow = (figures: WholeWayFigures) => (figures.kept ? figures.toRow.afterMs.p99 : null);

const LIMITS: readonly Limit[] = [
  row('p50 ms', 'p50', { group: 40, periodic: 8 }),
  row('p99 ms', 'p99', { group: 150, periodic: 60 }),
  {
    what: 'publish → alert, p99 ms',
    at: 1000,
    figure: ({ toAlert }) => toAlert?.afterMs.p99 ?? null,
    most: same(250),
  },
  { what: 'bridge, µs a message', at: 1000, figure: cpuOf('mqtt-bridge'), most: same(120) },
  { what: 'processor, µs a message', at: 1000, figure: cpuOf('processor'), most: same(120) },
  { what: 'bridge, µs a message', at: 8000, figure: cpuOf('mqtt-bridge'), most: same(25) },
  { what: 'processor, µs a message', at: 8000, figure: cpuOf('processor'), most: same(35) },
  { what: 'bridge, growth in MiB a minute', at: 3000, figure: growthOf('mqtt-bridge'), most: same(1) },
  { what: 'processor, growth in MiB a minute', at: 3000, figure: growthOf('processor'), most: same(1) },
  { what: 'kept, publish → row, p99 ms', at: 10_000, figure: keptRow, most: same(1000) },
  { what: 'kept, publish → row, p99 ms', at: 12_000, figure: keptRow, most: same(1000) },
];

/** 12,000 a second are asked of a periodic commit log only. */
const ONLY_PERIODIC = 12_000;

/**
 * Those of which Navora has run at the rate: the median of its valid runs. A rate that it was not asked for, since it
 * did not keep a lower one, is missed.
 */
export function liveOutcomesOf(runs: readonly RunResult[], commitLog: CommitLog): TargetOutcome[] {
  return LIMITS.filter(({ at }) => at !== ONLY_PERIODIC || commitLog === 'periodic').flatMap((limit) => {
    const ours = runs.flatMap((run) =>
      run.side === 'navora' && run.live?.commitLog === commitLog
        ? [{ valid: isValid(run), live: run.live, rate: run.live.workload.ratePerSecond }]
        : [],
    );
    const measured = ours.filter(({ rate }) => rate === limit.at);
    const gaveUpBefore = ours.some(({ rate, live }) => rate < limit.at && !live.kept);
    if (measured.length === 0 && !gaveUpBefore) return [];
    const figures = measured.flatMap(({ valid, live }) => {
      const figure = limit.figure(live);
      return valid && figure !== null ? [figure] : [];
    });
    const value = figures.length < measured.length || gaveUpBefore ? undefined : spreadOf(figures)?.median;
    const target = limit.most[commitLog];
    return [
      {
        ...{ leg: 'c', against: `${limit.what}, at ${limit.at} msg/s, commit log ${commitLog}` },
        ...{
          value: value ?? null,
          target,
          atMost: true as const,
          met: value !== undefined && value <= target,
        },
      },
    ];
  });
}

function row(what: string, quantile: 'p50' | 'p99', most: Record<CommitLog, number>): Limit {
  return {
    ...{ what: `publish → row, ${what}`, at: 1000, most },
    figure: ({ toRow }) => toRow.afterMs[quantile],
  };
}
