import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CITIES } from './cities.js';
import { Random } from './random.js';
import { Route, type DrivingStyle } from './route.js';

const STYLE: DrivingStyle = { legM: [180, 900], cruiseKph: [30, 90], cornerKph: 20, reach: 1 };
const M_PER_DEGREE = 111_320;

const aRoute = (seed: number) => new Route(CITIES[0], STYLE, new Random(seed, 'route'));

function metresBetween(from: { latitude: number; longitude: number }, to: Route): number {
  const north = (to.latitude - from.latitude) * M_PER_DEGREE;
  const shrink = Math.cos((CITIES[0].latitude * Math.PI) / 180);
  return Math.hypot(north, (to.longitude - from.longitude) * M_PER_DEGREE * shrink);
}

const snapshot = ({ latitude, longitude, speedKph, headingDegrees }: Route) => ({
  latitude,
  longitude,
  speedKph,
  headingDegrees,
});

it('moves as far as its speed says, in the direction of its heading', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const route = aRoute(seed);
      for (let second = 0; second < 300; second++) {
        const before = snapshot(route);
        const drivenM = route.advance(1);
        const movedM = metresBetween(before, route);
        const fastest = Math.max(before.speedKph, route.speedKph) / 3.6;
        expect(drivenM).toBeLessThanOrEqual(fastest + 1e-9);
        expect(movedM).toBeLessThanOrEqual(drivenM + 1e-6);
        if (before.headingDegrees !== route.headingDegrees) continue;
        expect(movedM).toBeCloseTo(drivenM, 4);
        const north = Math.cos((route.headingDegrees * Math.PI) / 180) * drivenM;
        expect((route.latitude - before.latitude) * M_PER_DEGREE).toBeCloseTo(north, 4);
      }
    }),
    { numRuns: 8 },
  );
});

it('neither speeds nor brakes harder than a vehicle can, and stays near its city', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const route = aRoute(seed);
      for (let second = 0; second < 600; second++) {
        const before = route.speedKph;
        route.advance(1);
        expect(Math.abs(route.speedKph - before) / 3.6).toBeLessThanOrEqual(2 + 1e-9);
        expect(route.speedKph).toSatisfy((speed: number) => speed >= 0 && speed <= 90 + 1e-9);
        expect(metresBetween(CITIES[0], route)).toBeLessThan(CITIES[0].radiusM + 4_000);
      }
    }),
    { numRuns: 8 },
  );
});

it('stands within a quarter of a minute when held, and drives on when released', () => {
  const route = aRoute(3);
  route.hold();
  for (let second = 0; second < 15; second++) route.advance(1);
  const where = snapshot(route);
  expect(where.speedKph).toBe(0);
  route.advance(1);
  expect(snapshot(route)).toEqual(where);
  route.release();
  for (let second = 0; second < 10; second++) route.advance(1);
  expect(route.speedKph).toBeGreaterThan(20);
});
