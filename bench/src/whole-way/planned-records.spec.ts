import { frameAvro, readingType } from '@navora/schemas';
import { describe, expect, it } from 'vitest';
import { aPlan } from './a-plan.fixture.js';
import { readingOf } from './planned-values.js';
import { RecordTally } from './planned-records.js';

/** 10 vehicles, each with two readings. */
const plan = aPlan({ vehicles: 10, ratePerSecond: 10, warmUpSeconds: 0, measuredSeconds: 2 });

function findingsOf(numbers: number[], unknown: number[] = []) {
  const tally = new RecordTally(plan);
  for (const number of numbers) tally.see(frameAvro(1, readingType, readingOf(plan, number)));
  return tally.findings(unknown);
}

const all = Array.from({ length: 20 }, (_, number) => number);
const without = (...gone: number[]) => all.filter((number) => !gone.includes(number));

describe('the readings of a plan in Kafka', () => {
  it('are all there, each once and in the order of its vehicle', () => {
    expect(findingsOf(all)).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it('may stand in any order as long as that of each vehicle is kept', () => {
    const byVehicle = [...all].sort((a, b) => (a % 10) - (b % 10) || a - b);
    expect(findingsOf(byVehicle)).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it('are counted when they are missing, unless nobody can know whether they arrived', () => {
    expect(findingsOf(without(3, 14)).lost).toBe(2);
    expect(findingsOf(without(3, 14), [3, 5]).lost).toBe(1);
  });

  it('are counted when they come twice, and order is that of the first', () => {
    expect(findingsOf([...all, 3, 3])).toEqual({ lost: 0, doubled: 2, outOfOrder: 0 });
  });

  it('are counted behind a later one of their vehicle', () => {
    expect(findingsOf([...without(3), 3])).toEqual({ lost: 0, doubled: 0, outOfOrder: 1 });
  });

  it('are told from heartbeats and from those of other runs', () => {
    const tally = new RecordTally(plan);
    tally.see(null);
    tally.see(Buffer.of(0));
    tally.see(frameAvro(1, readingType, readingOf({ ...plan, run: '00000001' }, 3)));
    expect(tally.findings([])).toEqual({ lost: 20, doubled: 0, outOfOrder: 0 });
  });
});
