import type { RunResult } from './results.js';

/** Of Navora's leg b, in which all went well. */
export const aRun = (over: Partial<RunResult> = {}): RunResult => ({
  ...{ leg: 'b', side: 'navora', run: 1, guarantees: { orderPerVehicle: true } },
  ...{ records: 100, seconds: 1, ratePerSecond: 100, costs: {}, probeMs: [1, 1] },
  ...{ lost: 0, duplicated: 0, outOfOrder: 0, altered: 0 },
  ...over,
});
