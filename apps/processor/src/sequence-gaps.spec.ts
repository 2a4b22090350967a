import { expect, it } from 'vitest';
import { SequenceGaps } from './sequence-gaps.js';

it('tells how many numbers are missing before a reading', () => {
  const gaps = new SequenceGaps();
  expect(gaps.step('truck-1', 4, 1000).kind).toBe('first');
  expect(gaps.step('truck-1', 5, 2000).kind).toBe('next');
  expect(gaps.step('truck-1', 9, 3000)).toEqual({ kind: 'gap', missing: 3 });
  expect(gaps.step('truck-2', 1, 3000).kind, 'each vehicle counts by itself').toBe('first');
});

it('takes what comes again, or comes late, for no gap', () => {
  const gaps = new SequenceGaps();
  gaps.step('truck-1', 9, 3000);
  expect(gaps.step('truck-1', 9, 3000).kind).toBe('late');
  expect(gaps.step('truck-1', 6, 2500).kind).toBe('late');
  expect(gaps.step('truck-1', 10, 4000).kind).toBe('next');
});

it('knows a counter that began anew by the time of the reading', () => {
  const gaps = new SequenceGaps();
  gaps.step('truck-1', 4000, 3000);
  expect(gaps.step('truck-1', 1, 4000).kind).toBe('restarted');
  expect(gaps.step('truck-1', 2, 5000).kind).toBe('next');
});

it('forgets in another epoch, as others have seen what it has not', () => {
  const gaps = new SequenceGaps();
  gaps.beginEpoch(1);
  gaps.step('truck-1', 4, 1000);
  gaps.beginEpoch(1);
  expect(gaps.step('truck-1', 5, 2000).kind).toBe('next');
  gaps.beginEpoch(3);
  expect(gaps.step('truck-1', 90, 3000).kind).toBe('first');
});

it('remembers a bounded number of vehicles', () => {
  const gaps = new SequenceGaps(2);
  for (const id of ['a', 'b', 'c']) gaps.step(id, 1, 1000);
  expect(gaps.step('a', 2, 2000).kind, 'the first was forgotten').toBe('first');
  expect(gaps.step('c', 2, 2000).kind).toBe('next');
});
