import { expect, it } from 'vitest';
import { BatchTurns, type Pace } from './batch-turns.js';

function taken(turns: BatchTurns<string>): string[] {
  const all: string[] = [];
  for (let next = turns.next(); next; next = turns.next()) all.push(next.partition);
  return all;
}

const waitFor = (turns: BatchTurns<string>, pace: Pace, ...partitions: string[]) =>
  partitions.forEach((partition) => turns.wait(partition, pace));

it('lets the urgent go first, each kind in the order it came', () => {
  const turns = new BatchTurns<string>(8);
  waitFor(turns, 'patient', 'p1', 'p2');
  waitFor(turns, 'urgent', 'u1', 'u2');
  expect(taken(turns)).toEqual(['u1', 'u2', 'p1', 'p2']);
});

it('keeps a quarter of the places free of the patient, however many wait', () => {
  const turns = new BatchTurns<string>(4);
  waitFor(turns, 'patient', 'p1', 'p2', 'p3', 'p4', 'p5');
  expect(taken(turns)).toEqual(['p1', 'p2', 'p3']);
  waitFor(turns, 'urgent', 'u1', 'u2');
  expect(taken(turns)).toEqual(['u1']);
  turns.end('patient');
  expect(taken(turns)).toEqual(['u2']);
});

it('leaves the patient a quarter of the places while somebody urgent comes by, and for half a minute after', () => {
  let now = 0;
  const turns = new BatchTurns<string>(8, () => now);
  waitFor(turns, 'urgent', 'u');
  waitFor(turns, 'patient', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7');
  expect(taken(turns)).toEqual(['u', 'p1', 'p2']);
  turns.end('urgent');
  now = 29_999;
  expect(taken(turns)).toEqual([]);
  now = 30_000;
  expect(taken(turns)).toEqual(['p3', 'p4', 'p5', 'p6']);
});

it('keeps a quarter of the places for the patient that wait, and lends it to the urgent when none does', () => {
  const turns = new BatchTurns<string>(4);
  waitFor(turns, 'urgent', 'u1', 'u2', 'u3', 'u4', 'u5');
  expect(taken(turns)).toEqual(['u1', 'u2', 'u3', 'u4']);
  waitFor(turns, 'patient', 'p1');
  turns.end('urgent');
  expect(taken(turns)).toEqual(['p1']);
});

it('lets one that waits become urgent, once, and never patient again', () => {
  const turns = new BatchTurns<string>(2);
  waitFor(turns, 'patient', 'a', 'b');
  turns.wait('b', 'urgent');
  turns.wait('b', 'patient');
  expect(taken(turns)).toEqual(['b', 'a']);
});

it('has a place for either kind even when there is one only', () => {
  const turns = new BatchTurns<string>(1);
  waitFor(turns, 'patient', 'p');
  expect(taken(turns)).toEqual(['p']);
  turns.end('patient');
  waitFor(turns, 'urgent', 'u');
  expect(taken(turns)).toEqual(['u']);
});
