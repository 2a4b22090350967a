import type { RecordedChange } from '@navora/devices';
import { expect, it } from 'vitest';
import { connectionLine, newestLines } from './connection-lines.js';

function aChange(over: Partial<RecordedChange> = {}): RecordedChange {
  const at = new Date('2026-11-27T10:49:40Z');
  return { vehicleId: 'truck-17', at, change: 'online', broker: 'broker-1', place: 1, ...over };
}

it('tells a change in a line', () => {
  expect(connectionLine(aChange({ address: '10.0.0.1:1000' }))).toBe(
    '2026-11-27T10:49:40.000Z  truck-17                  online      -                  10.0.0.1:1000          broker-1',
  );
  expect(connectionLine(aChange({ change: 'offline', reason: 'silent' }))).toMatch(
    /offline +silent +- +broker-1$/,
  );
});

it('says of a take-over who did it only if it was an operator', () => {
  const address = '10.0.0.2:1';
  expect(connectionLine(aChange({ change: 'taken-over', reason: 'taken-over', address }))).toMatch(
    /taken-over {2}- +10\.0\.0\.2:1 /,
  );
  expect(connectionLine(aChange({ change: 'taken-over', reason: 'ended-by-operator', address }))).toMatch(
    /taken-over {2}ended-by-operator {2}10/,
  );
});

it('says whether a vehicle is online, by its newest change', () => {
  expect(newestLines([aChange()])[1]).toBe('online since 2026-11-27T10:49:40.000Z, as far as recorded');
  expect(newestLines([aChange({ change: 'offline', reason: 'left' }), aChange()])[1]).toMatch(
    /^offline since/,
  );
  expect(newestLines([])).toEqual(['', 'no connection is recorded']);
});
