import { aReading } from '@navora/testing';
import { expect, it } from 'vitest';
import { contentOf, disagreement } from './same-content.js';

const between = (a: Parameters<typeof aReading>[0], b: Parameters<typeof aReading>[0]) =>
  disagreement(contentOf(aReading(a)), contentOf(aReading(b)));

it('takes equal readings as the same', () => {
  expect(between({}, {})).toBeUndefined();
});

it('names the first measurement that differs', () => {
  expect(between({ speedKph: 50 }, { speedKph: 51 })).toBe('speedKph');
  expect(between({ extras: { door: 'open' } }, { extras: { door: 'shut' } })).toBe('door');
  expect(between({ ignitionOn: true }, { ignitionOn: false })).toBe('ignitionOn');
});

it('ignores what one side does not carry', () => {
  expect(between({ speedKph: null, extras: { newField: 1 } }, { speedKph: 50 })).toBeUndefined();
});

it('compares a field with the extra it once was', () => {
  expect(
    between({ cargoTemperatureC: null, extras: { cargoTemperatureC: 4.5 } }, { cargoTemperatureC: 4.5 }),
  ).toBeUndefined();
  expect(
    between({ cargoTemperatureC: null, extras: { cargoTemperatureC: 5 } }, { cargoTemperatureC: 4.5 }),
  ).toBe('cargoTemperatureC');
});

it('compares numbers in the narrower type, and no more loosely than that', () => {
  expect(between({ speedKph: Math.fround(87.4) }, { speedKph: 87.4 })).toBeUndefined();
  expect(between({ speedKph: 87.4000001 }, { speedKph: 87.4000002 })).toBe('speedKph');
});
