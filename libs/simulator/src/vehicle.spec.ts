import fc from 'fast-check';
import { expect, it } from 'vitest';
import { vehicleProfile } from './vehicle-profile.js';
import { Vehicle, type Measurements } from './vehicle.js';

const aVehicle = (seed: number, index: number, incidents = 1) =>
  new Vehicle(vehicleProfile(seed, index, 0.5), seed, index, incidents);

const drive = (vehicle: Vehicle, seconds: number): Measurements[] =>
  Array.from({ length: seconds }, (_, second) => vehicle.measureAt(second));

it('measures the same for the same seed, and something else for another', () => {
  expect(drive(aVehicle(5, 17), 120)).toEqual(drive(aVehicle(5, 17), 120));
  expect(drive(aVehicle(5, 17), 5)).not.toEqual(drive(aVehicle(6, 17), 5));
  expect(drive(aVehicle(5, 17), 5)).not.toEqual(drive(aVehicle(5, 18), 5));
});

it('stays within what is possible, however much goes wrong', () => {
  const within = (value: number | undefined, low: number, high: number) =>
    value === undefined || (value >= low && value <= high);
  fc.assert(
    fc.property(fc.integer(), fc.nat(10_000), fc.constantFrom(0, 1, 30), (seed, index, incidents) => {
      for (const measured of drive(aVehicle(seed, index, incidents), 400)) {
        expect(within(measured.speedKph, 0, 130)).toBe(true);
        expect(within(measured.fuelLevelPercent, 0, 100)).toBe(true);
        expect(within(measured.engineTemperatureC, 10, 120)).toBe(true);
        expect(within(measured.cargoTemperatureC, -8, 35)).toBe(true);
        expect(within(measured.location?.latitude, 39, 55)).toBe(true);
      }
    }),
    { numRuns: 10 },
  );
});

it('burns fuel by driving, and only a stop at a station adds any', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let last: Measurements | undefined;
      for (const measured of drive(aVehicle(seed, 1), 600)) {
        const { fuelLevelPercent: fuel, speedKph } = measured;
        const before = last?.fuelLevelPercent;
        if (fuel !== undefined && before !== undefined && speedKph > 0) {
          expect(fuel).toBeLessThanOrEqual(before + 1.51);
          if ((last?.speedKph ?? 0) > 0) expect(fuel).toBeLessThanOrEqual(before);
        }
        last = measured;
      }
    }),
    { numRuns: 10 },
  );
});

it('leaves out what a vehicle has no sensor for, all the way', () => {
  for (let index = 0; index < 200; index++) {
    const { sensors } = vehicleProfile(1, index, 0.5);
    for (const measured of drive(aVehicle(1, index), 3)) {
      expect('cargoTemperatureC' in measured).toBe(sensors.cargo);
      expect('fuelLevelPercent' in measured).toBe(sensors.fuel);
      expect('engineTemperatureC' in measured).toBe(sensors.engine);
      expect('location' in measured).toBe(sensors.location);
    }
  }
});

it('gives a minute of a thousand vehicles some dozens of breaches, many of them over by then', () => {
  let opened = 0;
  let cleared = 0;
  for (let index = 0; index < 1000; index++) {
    const readings = drive(aVehicle(1, index), 60);
    const episodes = [
      breaches(readings, (m) => m.engineTemperatureC, { breach: (c) => c > 100, normal: (c) => c <= 95 }),
      breaches(readings, (m) => m.fuelLevelPercent, { breach: (p) => p < 15, normal: (p) => p >= 18 }),
      breaches(readings, (m) => m.cargoTemperatureC, {
        breach: (c) => c < 2 || c > 8,
        normal: (c) => c >= 2.5 && c <= 7.5,
      }),
    ];
    for (const episode of episodes) {
      opened += episode.opened;
      cleared += episode.cleared;
    }
  }
  expect(opened).toSatisfy((count: number) => count >= 36 && count <= 200);
  expect(cleared).toBeGreaterThanOrEqual(opened / 3);
});

it('has nothing overheat, warm up or run low in a fleet without incidents', () => {
  for (let index = 0; index < 40; index++) {
    for (const measured of drive(aVehicle(1, index, 0), 60)) {
      expect(measured.engineTemperatureC ?? 0).toBeLessThan(95);
      expect(measured.fuelLevelPercent ?? 99).toBeGreaterThan(15);
      expect(measured.cargoTemperatureC ?? 5).toSatisfy((c: number) => c > 2 && c < 8);
    }
  }
});

function breaches(
  readings: Measurements[],
  valueOf: (measured: Measurements) => number | undefined,
  rule: { breach: (value: number) => boolean; normal: (value: number) => boolean },
): { opened: number; cleared: number } {
  let [open, opened, cleared] = [false, 0, 0];
  for (const reading of readings) {
    const value = valueOf(reading);
    if (value === undefined) continue;
    if (!open && rule.breach(value)) [open, opened] = [true, opened + 1];
    else if (open && rule.normal(value)) [open, cleared] = [false, cleared + 1];
  }
  return { opened, cleared };
}
