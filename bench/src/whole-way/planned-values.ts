import type { Reading } from '@navora/schemas';
import {
  breaches,
  messageIdOf,
  recordedAtOf,
  sequenceOf,
  vehicleIdOf,
  vehicleNumberOf,
  type LoadPlan,
} from './load-plan.js';

const HEALTHY_ENGINE_C = 87.5;
/** Above what config/rules.yaml allows. */
const OVERHEATED_ENGINE_C = 107.5;

/** What differs from one reading to the next: as with real vehicles, hardly a value comes twice. */
export function latitudeOf(number: number): number {
  return 52.3 + mixed(number) * 0.4;
}

export function longitudeOf(number: number): number {
  return 13.1 + mixed(number + 0x9e3779b9) * 0.6;
}

export function speedKphOf(number: number): number {
  return Math.floor(mixed(number ^ 0x5bd1e995) * 1200) / 10;
}

export function engineTemperatureOf(plan: LoadPlan, number: number): number {
  return breaches(plan, number) ? OVERHEATED_ENGINE_C : HEALTHY_ENGINE_C;
}

export function readingOf(plan: LoadPlan, number: number): Reading {
  return {
    messageId: messageIdOf(plan, number),
    vehicleId: vehicleIdOf(plan, vehicleNumberOf(plan, number)),
    recordedAt: recordedAtOf(plan, number),
    sequence: sequenceOf(plan, number),
    location: { latitude: latitudeOf(number), longitude: longitudeOf(number) },
    speedKph: speedKphOf(number),
    fuelLevelPercent: 61.5,
    engineTemperatureC: engineTemperatureOf(plan, number),
    cargoTemperatureC: 4.75,
    ignitionOn: true,
    extras: { tyrePressureKpa: 825 },
  };
}

/** From 0 to 1, and another one for each number. The finaliser of MurmurHash3, by Austin Appleby. */
function mixed(number: number): number {
  let h = number | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
