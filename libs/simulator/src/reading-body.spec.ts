import { readingType } from '@navora/schemas';
import { expect, it } from 'vitest';
import { jsonBody, readingOf } from './reading-body.js';
import { vehicleProfile, type VehicleProfile } from './vehicle-profile.js';

const head = {
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'v1',
  recordedAt: Date.UTC(2026, 10, 22, 8, 15, 30, 250),
  sequence: 4711,
};
const aVan: VehicleProfile = {
  ...vehicleProfile(1, 1, 1),
  missing: 'left-out',
  timeFormat: 'iso',
  namesItself: true,
  countsReadings: true,
};
const measured = {
  speedKph: 0,
  fuelLevelPercent: 38.2,
  extras: { tyre: { frontLeft: 350 }, doorOpen: false },
};
const json = (profile: VehicleProfile) => JSON.parse(jsonBody(profile, head, measured).toString());

it('leaves out a value the vehicle does not have, and never makes it a zero', () => {
  expect(json(aVan)).toEqual({
    ...head,
    recordedAt: '2026-11-22T08:15:30.250Z',
    speedKph: 0,
    fuelLevelPercent: 38.2,
    tyre: { frontLeft: 350 },
    doorOpen: false,
  });
});

it('writes null for it where the device does so', () => {
  expect(json({ ...aVan, missing: 'null' })).toMatchObject({
    location: null,
    engineTemperatureC: null,
    cargoTemperatureC: null,
    speedKph: 0,
  });
});

it('writes time in ms and leaves out the name and counter where the device does so', () => {
  const body = json({ ...aVan, timeFormat: 'ms', namesItself: false, countsReadings: false });
  expect(body.recordedAt).toBe(head.recordedAt);
  expect(body).not.toHaveProperty('vehicleId');
  expect(body).not.toHaveProperty('sequence');
});

it('makes an Avro reading with nulls for what is missing and dotted names for what is nested', () => {
  const reading = readingOf(aVan, head, measured);
  expect(reading).toMatchObject({ cargoTemperatureC: null, location: null, ignitionOn: null, speedKph: 0 });
  expect(reading.extras).toEqual({ 'tyre.frontLeft': 350, doorOpen: false });
  expect(readingType.isValid(reading)).toBe(true);
});
