import type { Quantiles } from './latencies.js';
import type { WholeWayFigures } from './measure.js';

const quantiles = (p50: number, p99: number): Quantiles => ({ count: 500, p50, p99, p999: null, max: p99 });
const sightings = (p50: number, p99: number) => ({ afterMs: quantiles(p50, p99), missed: 0, looks: 1000 });

/** Of a run in which all went well. */
export const figuresOf = (ratePerSecond: number, over: Partial<WholeWayFigures> = {}): WholeWayFigures => ({
  workload: { ratePerSecond, vehicles: 5000, warmUpSeconds: 10, measuredSeconds: 20 },
  commitLog: 'group',
  ...{ kept: true, storedPerSecond: ratePerSecond, drainedAfterMs: 500, unacknowledged: 0, refused: {} },
  ...{ toVehicle: quantiles(1, 5), generatorLateMs: quantiles(1, 2), loopDelaysMs: {} },
  ...{ toRow: sightings(10, 90), toAlert: sightings(30, 300) },
  observed: { byProcess: {}, backlog: { growthPerSecond: 0, largest: 10, last: 5 } },
  records: { lost: 0, doubled: 0, outOfOrder: 0 },
  rows: { lost: 0, doubled: 0, altered: 0 },
  alerts: { expected: 300, lost: 0, doubled: 0, invented: 0 },
  ...over,
});
