import type { Reading } from './index.js';

/** A vehicle with all but one sensor, and with measurements that our schema has no field for. */
export const aReading = (over: Partial<Reading> = {}): Reading => ({
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'truck-17',
  recordedAt: 1_763_800_000_000,
  sequence: 4711,
  location: { latitude: 52.52, longitude: 13.4 },
  speedKph: 71.5,
  fuelLevelPercent: null,
  engineTemperatureC: 91,
  cargoTemperatureC: 4.1,
  ignitionOn: true,
  extras: { tyrePressureKpa: 820, door: 'shut', washed: false },
  ...over,
});
