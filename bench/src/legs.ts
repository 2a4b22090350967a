import { intakeLeg } from './intake-leg.js';
import type { Leg } from './leg.js';
import { storageLeg, storageLegWithSignals } from './storage-leg.js';

export const LEGS: readonly Leg[] = [intakeLeg, storageLeg, storageLegWithSignals];
