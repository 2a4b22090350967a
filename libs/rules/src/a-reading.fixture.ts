import type { Reading } from '@navora/schemas';

/** For tests: a reading that measured nothing but what is given. */
export const aReading = (over: Partial<Reading> = {}): Reading => ({
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'truck-17',
  recordedAt: 1_763_800_000_000,
  sequence: null,
  location: null,
  speedKph: null,
  fuelLevelPercent: null,
  engineTemperatureC: null,
  cargoTemperatureC: null,
  ignitionOn: null,
  extras: {},
  ...over,
});
