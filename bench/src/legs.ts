import { intakeLeg, intakeLegFromAfar } from './intake-leg.js';
import type { Leg } from './leg.js';
import { SCALING_LEGS } from './scaling-legs.js';
import { storageLeg, storageLegWithSignals } from './storage-leg.js';
import { tlsLeg } from './tls-leg.js';
import { longLeg, periodicLeg, wholeWayLeg } from './whole-way/whole-way-leg.js';
import { WORKLOAD_LEGS } from './workload-legs.js';

export const LEGS: readonly Leg[] = [
  intakeLeg,
  intakeLegFromAfar,
  storageLeg,
  storageLegWithSignals,
  wholeWayLeg,
  periodicLeg,
  ...WORKLOAD_LEGS,
  tlsLeg,
  ...SCALING_LEGS,
  longLeg,
];

/** What is measured unless something else is asked for: the rest takes more time than a short run has. */
export const SHORT_LEGS: readonly string[] = [
  intakeLeg,
  intakeLegFromAfar,
  storageLeg,
  storageLegWithSignals,
  wholeWayLeg,
].map(({ name }) => name);
