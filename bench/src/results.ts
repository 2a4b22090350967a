import type { Guarantees } from './guarantees.js';
import type { Cost } from './process-costs.js';
import type { WholeWayFigures } from './whole-way/measure.js';

/** One run of one side. */
export interface RunResult {
  /** `a`, `b`, `b-signals`, … */
  leg: string;
  side: string;
  /** Sides of one number ran one after the other, and are compared with each other only. */
  run: number;
  guarantees: Guarantees;
  records: number;
  seconds: number;
  ratePerSecond: number;
  /** Of the records that were given: not there at the end. */
  lost: number;
  /** There more than once. */
  duplicated: number;
  /** Behind a later one of their vehicle. */
  outOfOrder: number;
  /** There with other content than was sent. */
  altered: number;
  /** By process: the side's own, and those of the stack. */
  costs: Record<string, Cost>;
  /** On disk, of the side's table; where it was measured. */
  bytesPerRow?: number | undefined;
  /** How long the probe took before and after, in ms. */
  probeMs: [number, number];
  /** Of leg c: latencies, and whether it kept up. */
  live?: WholeWayFigures;
  /** Why there are no figures. */
  failure?: string;
}

/** A side that could not be run at all. */
export interface SkippedSide {
  leg: string;
  side: string;
  because: string;
}

export interface LegResults {
  runs: RunResult[];
  skipped: SkippedSide[];
}

/** Whether a run says anything: no speed makes up for a reading that is lost. Order counts where it is promised. */
export function isValid({ lost, duplicated, outOfOrder, altered, failure, guarantees }: RunResult): boolean {
  const mixedUp = guarantees.orderPerVehicle ? outOfOrder : 0;
  return failure === undefined && lost + duplicated + mixedUp + altered === 0;
}
