import { randomUUID } from 'node:crypto';
import type { Reading, Signal } from '@navora/schemas';

/** A truck on its way, everything in order. */
export function aReading(over: Partial<Reading> = {}): Reading {
  return {
    messageId: randomUUID(),
    vehicleId: 'truck-17',
    recordedAt: Date.now(),
    sequence: 1,
    location: { latitude: 52.52, longitude: 13.405 },
    speedKph: 71.5,
    fuelLevelPercent: 64.2,
    engineTemperatureC: 91,
    cargoTemperatureC: 4.5,
    ignitionOn: true,
    extras: {},
    ...over,
  };
}

export function aSignal(over: Partial<Signal> = {}): Signal {
  const recordedAt = over.recordedAt ?? Date.now();
  return {
    vehicleId: 'truck-17',
    recordedAt,
    messageId: randomUUID(),
    receivedAt: recordedAt + 20,
    origin: { topic: 'telemetry.readings.v1', partition: 0, offset: 0 },
    clockSuspect: false,
    ruleVersion: 'test',
    verdicts: [],
    off: [],
    silences: [],
    ...over,
  };
}
