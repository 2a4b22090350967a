import { expect, it } from 'vitest';
import { Corpus } from './corpus.js';
import { outOfOrderIn } from './rows.js';

const HOUR_MS = 3_600_000;
// Two vehicles, each every ten seconds: readings 0 to 3 of one hour, 4 to 7 of the next.
const corpus = new Corpus({ seed: 7, readings: 8, vehicles: 2, from: HOUR_MS * 100 - 20_000 });

it.each([
  ['all in their order', [1, 2, 3, 4, 5, 6, 7, 8], 0],
  ['a batch of one time', [5, 5, 5, 5, 5, 5, 5, 5], 0],
  ['one before that of its vehicle before it', [3, 1, 2, 4, 5, 6, 7, 8], 1],
  ['two vehicles, each in its order', [5, 1, 6, 2, 7, 3, 8, 4], 0],
  ['an hour before the one before it', [5, 6, 7, 8, 1, 2, 3, 4], 0],
  ['one that is missing', [3, 4, 0, 5, 6, 7, 8, 9], 0],
])('counts the rows that are older than their forerunners: %s', (_, writtenAt, outOfOrder) => {
  expect(outOfOrderIn(corpus, writtenAt)).toBe(outOfOrder);
});
