import { expect, it } from 'vitest';
import { aGoodWorld, START } from './a-good-world.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';
import { renderReport } from './render-report.js';

it('has a line for each invariant, then the figures, and the verdict last', async () => {
  const text = renderReport(await judgeBySlices(aGoodWorld(), 1));
  expect(text.split('\n').map((line) => line.slice(0, 40))).toEqual([
    'I1  held       no loss: every acknowledg',
    'I2  held       no invention: records, ro',
    'I3  held       one row per reading, and ',
    "I4  held       order: a vehicle's readin",
    'I5  held       what is below the committ',
    'I6  held       the committed offset neve',
    'I7  held       alerts are exactly those ',
    'I8  held       every bad record is in th',
    'I9  held       the consumers catch up',
    'I12 held       a vehicle speaks only for',
    'I14 held       what was erased on reques',
    'not judged here: memory (I10), stopping ',
    '',
    'attempted 12, acknowledged 12, in Kafka ',
    '  malformed-body 1',
    '  conflicting-reading 1',
    'held',
  ]);
});

it('shows the first witnesses of what is broken, the faults around them, and names it last', async () => {
  const faults = [{ code: 'P12', what: 'Cassandra frozen', from: START, to: START + 20_000 }];
  const text = renderReport(await judgeBySlices({ ...aGoodWorld(), rows: [], faults }, 1));
  expect(text).toMatch(/^I1 {2}broken {5}no loss: every acknowledged/);
  expect(text).toMatch(
    /\n {4}lost 11\n {6}in Kafka, but neither a row nor a dead letter: truck-1 \S+ telemetry.readings.v1\/0\/0 \(2026-11-22T08:59:59.000Z\)\n/,
  );
  expect(text).toContain('\n      and 6 more\n');
  expect(text).toContain(
    '\n      around the first: P12 Cassandra frozen, 2026-11-22T08:59:58.000Z to 2026-11-22T09:00:18.000Z\n',
  );
  expect(text).toMatch(/\nbroken: I1 lost, I5 offsets unresolved$/);
});

it('can be printed as JSON', async () => {
  const report = await judgeBySlices(aGoodWorld(), 1);
  expect(JSON.parse(JSON.stringify(report))).toMatchObject({ held: true, broken: [], range: {} });
});
