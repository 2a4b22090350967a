import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberIn, scalarOf, timeOf, trueOrFalse, wholeNumber } from './trip-values.js';

it('takes ISO 8601 with a zone, and ms since 1970', () => {
  expect(timeOf('2026-11-02T06:45:33Z')).toBe(Date.UTC(2026, 10, 2, 6, 45, 33));
  expect(timeOf('2026-11-02 08:45:33.250+0200')).toBe(Date.UTC(2026, 10, 2, 6, 45, 33, 250));
  expect(timeOf('2024-02-29T00:00-05:00')).toBe(Date.UTC(2024, 1, 29, 5));
  expect(timeOf('1763800000123')).toBe(1763800000123);
});

it('takes every time as it writes it itself', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(timeOf(date.toISOString())).toBe(date.getTime());
      expect(timeOf(String(date.getTime()))).toBe(date.getTime());
    }),
  );
});

it.each([
  ['2026-11-02T06:45:33', 'names no time zone'],
  ['2026-02-30T06:45:33Z', 'not a time that exists'],
  ['2026-13-01T06:45:33Z', 'not a time that exists'],
  ['2026-11-02T25:45:33Z', 'not a time that exists'],
  ['yesterday', 'not a time'],
  ['-5', 'not a time'],
  ['1763800000.5', 'not a time'],
])('refuses %s as a time', (text, reason) => {
  expect(() => timeOf(text)).toThrow(reason);
});

it('takes numbers within their range only', () => {
  expect(numberIn('-12.5', -80, 250)).toBe(-12.5);
  expect(numberIn('1e2', 0, 100)).toBe(100);
  expect(() => numberIn('100.01', 0, 100)).toThrow('100.01 is impossible, it must be 0 to 100');
  for (const text of ['abc', 'NaN', 'Infinity', '1e999', '0x10', '1,5', '1 2', '--1', '.']) {
    expect(() => numberIn(text, -1e9, 1e9)).toThrow(`"${text}" is not a number`);
  }
  expect(wholeNumber('4711')).toBe(4711);
  expect(() => wholeNumber('1.5')).toThrow('not a whole number');
});

it('takes true and false in the ways people write them', () => {
  expect(['true', 'TRUE', '1', 'false', '0'].map(trueOrFalse)).toEqual([true, true, true, false, false]);
  expect(() => trueOrFalse('yes')).toThrow('"yes" is neither true nor false');
});

it('takes unknown values for what they look like, and codes for text', () => {
  expect(['820', '-1.5', 'true', 'False', 'resting'].map(scalarOf)).toEqual([
    820,
    -1.5,
    true,
    false,
    'resting',
  ]);
  expect(['007', '490154203237518123', 'NaN'].map(scalarOf)).toEqual(['007', '490154203237518123', 'NaN']);
  expect(['0', '0.5', '-0.5'].map(scalarOf)).toEqual([0, 0.5, -0.5]);
});
