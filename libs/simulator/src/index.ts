export {
  startFleet,
  type Fleet,
  type FleetPhase,
  type FleetStats,
  type FleetSummary,
  type Publication,
} from './fleet.js';
export type { FleetOptions } from './fleet-options.js';
export { CALM, USUAL, type Imperfections } from './imperfections.js';
export type { Quantiles } from './latency-histogram.js';
export { SimulatorError } from './simulator-error.js';
export { endpointsFrom, type Endpoints } from './endpoints.js';
export { ProgressLine } from './progress-line.js';
export { Replay, type ReplayStats, type ReplaySummary } from './replay.js';
export type { ReplayOptions } from './replay-options.js';
export { readTrips, type TripLine } from './trips.js';
