import { expect, it } from 'vitest';
import { Corpus } from './corpus.js';
import { Tally } from './tally.js';

const corpus = new Corpus({ seed: 1, readings: 8, vehicles: 2, from: 0 });

function faultsOf(...seen: (number | undefined)[]) {
  const tally = new Tally(corpus);
  for (const index of seen) tally.see(index, true);
  return tally.faults;
}

it('finds nothing wrong when each is there once, whatever the order between vehicles', () => {
  const none = { lost: 0, duplicated: 0, outOfOrder: 0, altered: 0 };
  expect(faultsOf(0, 1, 2, 3, 4, 5, 6, 7)).toEqual(none);
  expect(faultsOf(1, 3, 5, 7, 0, 2, 4, 6)).toEqual(none);
});

it('counts what is missing, what is there again, and what is none of them', () => {
  expect(faultsOf(0, 1, 2, 2, 3, undefined)).toEqual({ lost: 4, duplicated: 1, outOfOrder: 0, altered: 1 });
});

it('counts what is behind a later one of its vehicle, and not a redelivery of it', () => {
  expect(faultsOf(0, 4, 2, 6, 1, 3, 5, 7).outOfOrder).toBe(1);
  expect(faultsOf(0, 2, 4, 6, 2, 1, 3, 5, 7)).toMatchObject({ outOfOrder: 0, duplicated: 1 });
});

it('counts one that is not as it was sent as altered, and as missing', () => {
  const tally = new Tally(corpus);
  tally.see(0, false);
  expect(tally.faults).toMatchObject({ altered: 1, lost: 8 });
});
