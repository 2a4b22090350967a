import { expect, it } from 'vitest';
import { vehicleProfile } from './vehicle-profile.js';

const fleet = (jsonShare: number) =>
  Array.from({ length: 2000 }, (_, index) => vehicleProfile(1, index, jsonShare));
const shareOf = <T>(list: T[], has: (one: T) => boolean) => list.filter(has).length / list.length;

it('splits the fleet by encoding as asked', () => {
  expect(shareOf(fleet(0.5), ({ encoding }) => encoding === 'json')).toBeCloseTo(0.5, 1);
  expect(shareOf(fleet(1), ({ encoding }) => encoding === 'json')).toBe(1);
  expect(shareOf(fleet(0), ({ encoding }) => encoding === 'json')).toBe(0);
});

it('gives refrigerated vehicles only a cargo sensor, and most vehicles lack something', () => {
  const vehicles = fleet(0.5);
  for (const { kind, sensors } of vehicles) expect(sensors.cargo).toBe(kind === 'refrigerated');
  expect(shareOf(vehicles, ({ sensors }) => Object.values(sensors).some((there) => !there))).toBeGreaterThan(
    0.5,
  );
  expect(shareOf(vehicles, ({ sensors }) => !sensors.fuel)).toSatisfy((s: number) => s > 0.02 && s < 0.12);
});

it('does not change a vehicle with the share of JSON, except for its encoding', () => {
  const { encoding: _one, ...mostlyJson } = vehicleProfile(1, 5, 0.9);
  const { encoding: _other, ...mostlyAvro } = vehicleProfile(1, 5, 0.1);
  expect(mostlyJson).toEqual(mostlyAvro);
});
