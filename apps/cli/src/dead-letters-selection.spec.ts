import { expect, it } from 'vitest';
import { aMessageLetter, aRecordLetter } from './a-dead-letter.fixture.js';
import { matches, selectionFrom } from './dead-letters-selection.js';
import { parseRate } from './dead-letters-work.js';

const letter = aRecordLetter();
const at = letter.deadLetteredAt;

it.each([
  [{}, true],
  [{ reason: 'unknown-schema', vehicle: 'truck-17', from: at, to: at }, true],
  [{ reason: 'malformed-body' }, false],
  [{ vehicle: 'truck-1' }, false],
  [{ from: at + 1 }, false],
  [{ to: at - 1 }, false],
  [{ ids: new Set([letter.id]) }, true],
  [{ ids: new Set([aMessageLetter().id]) }, false],
])('%o chooses the letter: %s', (selection, chosen) => {
  expect(matches(letter, selection)).toBe(chosen);
});

it('letters are named, or filtered, or all on purpose', () => {
  expect(selectionFrom([letter.id.toUpperCase()], {})).toEqual({ ids: new Set([letter.id]) });
  expect(selectionFrom([], { vehicle: 'truck-17' })).toEqual({ vehicle: 'truck-17' });
  expect(selectionFrom([], { all: true })).toEqual({});
  expect(() => selectionFrom([], {})).toThrow(/--all/);
  expect(() => selectionFrom([letter.id], { reason: 'empty-body' })).toThrow(/not both/);
  expect(() => selectionFrom([], { all: true, reason: 'empty-body' })).toThrow(/--all means all/);
  expect(() => selectionFrom(['truck-17'], {})).toThrow(/is no dead letter/);
});

it('a rate is so many a second', () => {
  expect([parseRate('50/s'), parseRate('0.5')]).toEqual([50, 0.5]);
  expect(() => parseRate('0/s')).toThrow();
  expect(() => parseRate('50/m')).toThrow();
});
