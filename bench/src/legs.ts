import { intakeLeg } from './intake-leg.js';
import type { Leg } from './leg.js';
import { SCALING_LEGS } from './scaling-legs.js';
import { storageLeg, storageLegOfFew, storageLegWithSignals } from './storage-leg.js';
import { wholeWayLeg } from './whole-way/whole-way-leg.js';

export const LEGS: readonly Leg[] = [
  intakeLeg,
  storageLeg,
  storageLegWithSignals,
  storageLegOfFew,
  wholeWayLeg,
  ...SCALING_LEGS,
];

/** What is measured unless something else is asked for: the rest takes more time than a short run has. */
export const SHORT_LEGS: readonly string[] = [intakeLeg, storageLeg, storageLegWithSignals, wholeWayLeg].map(
  ({ name }) => name,
);
