import { expect, it } from 'vitest';
import { eachOnce, redelivered } from './deliveries.js';

const READINGS = 20_000;

it('delivers each once, in order', () => {
  expect([...eachOnce(4)]).toEqual([0, 1, 2, 3]);
});

it('delivers a tenth once more at random, soon after, and a quarter of a small corpus all over again', () => {
  const order = [...redelivered(READINGS)];
  const firstAt = new Map<number, number>();
  const again: { index: number; after: number }[] = [];
  order.forEach((index, at) => {
    const first = firstAt.get(index);
    if (first === undefined) firstAt.set(index, at);
    else again.push({ index, after: at - first });
  });
  // All are there, and first in their order.
  expect([...firstAt.keys()]).toEqual([...eachOnce(READINGS)]);
  const replayed = READINGS / 4;
  expect(again.length).toBeGreaterThan(replayed + READINGS * 0.09);
  expect(again.length).toBeLessThan(replayed + READINGS * 0.11);
  expect(again.filter(({ after }) => after > 2500).length).toBeGreaterThanOrEqual(replayed * 0.5);
});

it('replays what came last before, in its order, with readings behind it', () => {
  const order = [...redelivered(READINGS)];
  const replayFrom = order.lastIndexOf(READINGS * 0.9 - READINGS / 4);
  const replay = order.slice(replayFrom, replayFrom + READINGS / 4);
  expect(replay).toEqual(Array.from({ length: READINGS / 4 }, (_, n) => READINGS * 0.65 + n));
  expect(order.slice(replayFrom + replay.length)).toContain(READINGS - 1);
});
