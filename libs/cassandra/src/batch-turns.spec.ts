import { expect, it } from 'vitest';
import { BatchTurns, type Pace } from './batch-turns.js';

/** Partitions are named by a letter for their pace and a number; places are given back by that name. */
class Turns {
  nowMs = 0;
  private readonly turns: BatchTurns<string>;
  private readonly underWay = new Map<string, NonNullable<ReturnType<BatchTurns<string>['next']>>>();

  constructor(places: number) {
    this.turns = new BatchTurns(places, () => this.nowMs);
  }

  wait(pace: Pace, ...partitions: string[]): void {
    for (const partition of partitions) this.turns.wait(partition, pace);
  }

  /** All that may go now. */
  taken(): string[] {
    const all: string[] = [];
    for (let turn = this.turns.next(); turn; turn = this.turns.next()) {
      this.underWay.set(turn.partition, turn);
      all.push(turn.partition);
    }
    return all;
  }

  end(partition: string): void {
    const turn = this.underWay.get(partition);
    if (!turn) throw new Error(`${partition} is not under way`);
    this.turns.end(turn);
  }
}

it('lets the urgent go first, each kind in the order it came', () => {
  const turns = new Turns(16);
  turns.wait('patient', 'p1', 'p2');
  turns.wait('urgent', 'u1', 'u2');
  expect(turns.taken()).toEqual(['u1', 'u2', 'p1', 'p2']);
});

it('keeps a quarter of the places free of the patient, however many wait', () => {
  const turns = new Turns(4);
  turns.wait('patient', 'p1', 'p2', 'p3', 'p4', 'p5');
  expect(turns.taken()).toEqual(['p1', 'p2', 'p3']);
  turns.wait('urgent', 'u1', 'u2');
  expect(turns.taken()).toEqual(['u1']);
  turns.end('p1');
  expect(turns.taken()).toEqual(['u2']);
});

it('leaves the patient an eighth of the places while somebody urgent comes by, and for half a minute after', () => {
  const turns = new Turns(16);
  turns.wait('urgent', 'u');
  const patient = Array.from({ length: 20 }, (_, n) => `p${n + 1}`);
  turns.wait('patient', ...patient);
  expect(turns.taken()).toEqual(['u', 'p1', 'p2']);
  turns.end('u');
  turns.nowMs = 29_999;
  expect(turns.taken()).toEqual([]);
  turns.nowMs = 30_000;
  expect(turns.taken()).toEqual(patient.slice(2, 12));
});

it('leaves the patient a single place while an urgent one takes more than twice what is usual', () => {
  const turns = new Turns(16);
  turns.wait('urgent', 'u1');
  turns.taken();
  turns.nowMs = 10;
  turns.end('u1');
  turns.wait('urgent', 'u2');
  turns.wait('patient', 'p1', 'p2', 'p3', 'p4');
  expect(turns.taken()).toEqual(['u2', 'p1', 'p2']);
  turns.nowMs = 31;
  turns.end('p1');
  expect(turns.taken(), 'p2 has the place').toEqual([]);
  turns.end('p2');
  expect(turns.taken()).toEqual(['p3']);
  turns.end('u2');
  expect(turns.taken()).toEqual(['p4']);
});

it('keeps a quarter of the places for the patient that wait, and lends it to the urgent when none does', () => {
  const turns = new Turns(4);
  turns.wait('urgent', 'u1', 'u2', 'u3', 'u4', 'u5');
  expect(turns.taken()).toEqual(['u1', 'u2', 'u3', 'u4']);
  turns.wait('patient', 'p1');
  turns.end('u1');
  expect(turns.taken()).toEqual(['p1']);
});

it('lets one that waits become urgent, once, and never patient again', () => {
  const turns = new Turns(2);
  turns.wait('patient', 'a', 'b');
  turns.wait('urgent', 'b');
  turns.wait('patient', 'b');
  expect(turns.taken()).toEqual(['b', 'a']);
});

it('has a place for either kind even when there is one only', () => {
  const turns = new Turns(1);
  turns.wait('patient', 'p');
  expect(turns.taken()).toEqual(['p']);
  turns.end('p');
  turns.wait('urgent', 'u');
  expect(turns.taken()).toEqual(['u']);
});
