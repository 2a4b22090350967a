import type { RunResult } from '../results.js';
import type { Quantiles } from './latencies.js';

export const LIVE_HEAD = [
  'leg',
  'side',
  'run',
  'kept',
  'to PUBACK, ms',
  'to row, ms',
  'to alert, ms',
  'event loop p99, ms',
];

/** Latencies of leg c, run by run: p50 / p99 / p99.9. */
export function liveRowsOf(runs: readonly RunResult[]): string[][] {
  return runs.flatMap(({ leg, side, run, live }) => {
    if (!live) return [];
    const { kept, observed, toVehicle, toRow, toAlert, loopDelaysMs } = live;
    const growth = Math.round(observed.backlog.growthPerSecond);
    return [
      [
        ...[leg, side, String(run), kept ? 'yes' : `no, ${growth} a second are left behind`],
        latencyText(toVehicle),
        latencyText(toRow.afterMs),
        toAlert ? latencyText(toAlert.afterMs) : '',
        Object.entries(loopDelaysMs)
          .map(([process, ms]) => `${process} ${ms}`)
          .join(', '),
      ],
    ];
  });
}

function latencyText({ p50, p99, p999 }: Quantiles): string {
  return [p50, p99, p999].flatMap((ms) => (ms === null ? [] : [String(ms)])).join(' / ');
}
