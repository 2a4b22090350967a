import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceM, isOnEarth, liesIn } from './places.js';
import type { Position } from './rule.js';

describe('a circle', () => {
  const gate = { latitude: 52.5163, longitude: 13.3777, radiusM: 500 };

  it('has in it what is no further than its radius', () => {
    expect(distanceM(52.5163, 13.3777, 52.5186, 13.3762)).toBeCloseTo(275, -1);
    expect(liesIn(gate, 52.5186, 13.3762)).toBe(true);
    expect(liesIn(gate, 52.5219, 13.4132)).toBe(false);
  });

  it('may lie across the 180th meridian, and around a pole', () => {
    const taveuni = { latitude: -16.85, longitude: 179.98, radiusM: 10_000 };
    expect(liesIn(taveuni, -16.85, -179.98)).toBe(true);
    expect(liesIn(taveuni, -16.85, -179.8)).toBe(false);
    expect(liesIn({ latitude: 90, longitude: 0, radiusM: 10_000 }, 89.95, 123)).toBe(true);
  });

  it('is as far in one direction as in the other', () => {
    const degrees = (to: number) => fc.double({ min: -to, max: to, noNaN: true });
    fc.assert(
      fc.property(degrees(90), degrees(180), degrees(90), degrees(180), (a, b, c, d) => {
        expect(distanceM(a, b, c, d)).toBeCloseTo(distanceM(c, d, a, b), 3);
        expect(distanceM(a, b, a, b)).toBe(0);
      }),
    );
  });
});

describe('a polygon', () => {
  /** An L: the north-east quarter of a square is not of it. */
  const yard: Position[] = [
    ...([
      [0, 0],
      [0, 2],
      [1, 2],
      [1, 1],
      [2, 1],
      [2, 0],
    ] as Position[]),
  ];
  const moved = (east: number) => yard.map(([lat, lon]): Position => [lat, ((lon + east + 540) % 360) - 180]);

  it.each([0, 13, -77, 178.5, 179, 180, -180])(
    'has in it what its sides enclose, %d degrees east',
    (east) => {
      const has = (lat: number, lon: number) =>
        liesIn({ polygon: moved(east) }, lat, ((lon + east + 540) % 360) - 180);
      expect([has(0.5, 0.5), has(0.5, 1.5), has(1.5, 0.5)]).toEqual([true, true, true]);
      expect([has(1.5, 1.5), has(-0.1, 1), has(2.1, 1), has(1, 2.1), has(1, -0.1)]).toEqual([
        ...[false, false, false, false, false],
      ]);
      expect(has(0.5, 180.5)).toBe(false);
    },
  );

  it('may be written from any corner, and the other way round', () => {
    const unit = fc.double({ min: -1, max: 3, noNaN: true });
    fc.assert(
      fc.property(unit, unit, fc.nat(5), (lat, lon, start) => {
        const turned = [...yard.slice(start), ...yard.slice(0, start)];
        expect(liesIn({ polygon: turned }, lat, lon)).toBe(liesIn({ polygon: yard }, lat, lon));
        const back = turned.reverse();
        expect(liesIn({ polygon: back }, lat, lon)).toBe(liesIn({ polygon: yard }, lat, lon));
      }),
    );
  });
});

it('what no globe has is nowhere', () => {
  expect([isOnEarth(90, 180), isOnEarth(91, 0), isOnEarth(0, 181), isOnEarth(NaN, 0)]).toEqual([
    ...[true, false, false, false],
  ]);
});
