import { expect, it } from 'vitest';
import { parseDuration, parseTime } from './time-argument.js';

it.each([
  ['90s', 90_000],
  ['90', 90_000],
  ['250ms', 250],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('reads the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', 'soon', '5 s', '-5s', '5y'])('refuses "%s" as a duration', (text) => {
  expect(() => parseDuration(text)).toThrow('expected a duration');
});

it('reads a time, or how long ago', () => {
  expect(parseTime('2026-11-22T08:00:00Z')).toBe(Date.UTC(2026, 10, 22, 8));
  expect(parseTime('2026-11-22')).toBe(Date.UTC(2026, 10, 22));
  expect(parseTime('1763800000123')).toBe(1763800000123);
  expect(Math.abs(parseTime('2h') - (Date.now() - 7_200_000))).toBeLessThan(1000);
});

it.each(['yesterday', '12', '2026-13-45'])('refuses "%s" as a time', (text) => {
  expect(() => parseTime(text)).toThrow('expected a time');
});
