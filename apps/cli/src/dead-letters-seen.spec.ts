import { deadLetterIdOfRecord } from '@navora/schemas';
import { expect, it } from 'vitest';
import { SeenFailures } from './dead-letters-seen.js';

const idOf = (offset: number) => deadLetterIdOfRecord('topic', 0, BigInt(offset));

it('knows each failure the second time, however many there are', () => {
  const seen = new SeenFailures();
  const failures = Array.from({ length: 20_000 }, (_, i) => ({ letterId: idOf(i), number: 1 }));
  expect(failures.filter((failure) => seen.add(failure))).toHaveLength(20_000);
  expect(failures.filter((failure) => seen.add(failure))).toEqual([]);
});

it('takes the second failure of a letter for another one', () => {
  const seen = new SeenFailures();
  const letterId = idOf(1);
  expect([1, 2, 3, 1, 2, 3].map((number) => seen.add({ letterId, number }))).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
});
