import { expect, it } from 'vitest';
import { CALM, USUAL, VehicleTroubles } from './imperfections.js';

const fleetOf = (rates: typeof USUAL) =>
  Array.from({ length: 1000 }, (_, index) => new VehicleTroubles(rates, 1, index));
const secondsOut = (troubles: VehicleTroubles) =>
  Array.from({ length: 300 }, (_, second) => troubles.outAt(second));

it('troubles nobody in a calm fleet', () => {
  for (const troubles of fleetOf(CALM)) {
    expect(troubles.clockSkewMs).toBe(0);
    expect(secondsOut(troubles)).not.toContain(true);
    expect(troubles.redelivery()).toBeUndefined();
  }
});

it('drops out the given share of vehicles, again and again, and brings each back', () => {
  const outages = fleetOf(USUAL).map(secondsOut);
  const dropping = outages.filter((seconds) => seconds.includes(true));
  expect(dropping.length / outages.length).toBeCloseTo(USUAL.dropoutVehicles, 1);
  const out = dropping.flat().filter(Boolean).length / dropping.flat().length;
  // 9 seconds out after 60 within reach, on average.
  expect(out).toBeCloseTo(9 / 69, 1);
});

it('sets few clocks half a minute off, and very few five minutes ahead or more', () => {
  const fleet = fleetOf({ ...USUAL, skewedClocks: 0.1, suspectClocks: 0.05 });
  const suspect = fleet.filter(({ clockSuspect }) => clockSuspect);
  const skewed = fleet.filter(({ clockSuspect, clockSkewMs }) => !clockSuspect && clockSkewMs !== 0);
  expect(suspect.length / fleet.length).toBeCloseTo(0.05, 1);
  expect(skewed.length / fleet.length).toBeCloseTo(0.1, 1);
  for (const { clockSkewMs } of suspect) expect(clockSkewMs).toBeGreaterThanOrEqual(5 * 60_000);
  for (const { clockSkewMs } of skewed) expect(Math.abs(clockSkewMs)).toBeLessThanOrEqual(30_000);
});

it('sends the given share of readings again, in every way', () => {
  const troubles = new VehicleTroubles({ ...USUAL, redeliveries: 0.2 }, 1, 1);
  const decided = Array.from({ length: 5000 }, () => troubles.redelivery());
  const again = decided.filter((way) => way !== undefined);
  expect(again.length / decided.length).toBeCloseTo(0.2, 1);
  expect(new Set(again)).toEqual(new Set(['at-once', 'later', 'new-connection']));
});

it('decides the same for the same seed', () => {
  const decisions = () =>
    JSON.stringify(fleetOf(USUAL).map((troubles) => [troubles.clockSkewMs, secondsOut(troubles)]));
  expect(decisions()).toBe(decisions());
});
