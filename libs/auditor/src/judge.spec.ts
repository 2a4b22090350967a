import { expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';

const slicings = [1, 2, 7];

it.each(slicings)('a good history keeps every promise, in %i slices', async (slices) => {
  const report = await judgeBySlices(world.aGoodWorld(), slices);
  expect(report.checks.flatMap((check) => check.witnesses)).toEqual([]);
  expect(report).toMatchObject({ held: true, broken: [], notes: [] });
  expect(report.invariants.map(({ verdict }) => verdict)).toEqual(report.invariants.map(() => 'held'));
  expect(report.totals).toEqual({
    vehicles: 3,
    attempted: 12,
    acknowledged: 12,
    inKafka: 12,
    redelivered: 2,
    erased: 0,
    rows: 10,
    deadLetters: 2,
    deadLettersByReason: { 'malformed-body': 1, 'conflicting-reading': 1 },
    signals: 10,
    alerts: 3,
  });
});

it.each(slicings)('the witnesses are the earliest, in %i slices', async (slices) => {
  const report = await judgeBySlices({ ...world.aGoodWorld(), rows: [] }, slices);
  const lost = report.checks.find((check) => check.name === 'lost');
  expect(lost?.count).toBe(11);
  expect(lost?.witnesses.map((witness) => (witness.time ?? 0) - world.START)).toEqual([
    1000, 1000, 1000, 1000, 2000,
  ]);
  expect(lost?.witnesses[0]).toMatchObject({ vehicleId: 'truck-1' });
});

it('an invariant shows the earliest witness and the faults around it', async () => {
  const frozen = {
    code: 'P12',
    what: 'Cassandra frozen',
    from: world.START - 60_000,
    to: world.START - 20_000,
  };
  const later = { ...frozen, from: world.START + 300_000, to: world.START + 400_000 };
  const report = await judgeBySlices({ ...world.aGoodWorld(), rows: [], faults: [frozen, later] }, 2);
  const loss = report.invariants.find(({ name }) => name === 'I1');
  expect(loss).toMatchObject({ verdict: 'broken', witness: { time: world.START + 1000 }, faults: [frozen] });
});

it('judges only what was sent within the range', async () => {
  const good = world.aGoodWorld();
  const within = (from: number, to: number) =>
    judgeBySlices({ ...good, rows: [], range: { from: world.START + from, to: world.START + to } }, 2);
  expect(await within(0, 999)).toMatchObject({ held: true, totals: { attempted: 0 } });
  const { checks, broken, totals, range } = await within(6000, 6500);
  expect({ broken, totals: { attempted: totals.attempted }, range }).toEqual({
    broken: ['I1 lost', 'I5 offsets unresolved'],
    totals: { attempted: 1 },
    range: { from: world.START + 6000, to: world.START + 6500 },
  });
  expect(checks.find((check) => check.name === 'lost')?.count).toBe(1);
});
