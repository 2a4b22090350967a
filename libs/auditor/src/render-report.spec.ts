import { expect, it } from 'vitest';
import { aGoodWorld } from './a-good-world.js';
import { judge } from './judge.js';
import { renderReport } from './render-report.js';

it('ends with the figures and the verdict', () => {
  expect(renderReport(judge(aGoodWorld()))).toBe(
    `attempted 12, acknowledged 12, in Kafka 12 (2 redelivered), rows 10, dead letters 2, alerts 3
  malformed-body 1
  conflicting-reading 1
lost 0
duplicated 0
out of order 0
invented 0
offsets unresolved 0
signals missing 0, wrong 0, out of order 0
alerts missing 0
alerts extra 0
alerts wrong 0
alert views wrong 0
dead letters wrong 0
wrong vehicle 0
lag 0
held`,
  );
});

it('shows the first witnesses of what is broken, and names it last', () => {
  const good = aGoodWorld();
  const text = renderReport(judge({ ...good, rows: [] }));
  expect(text).toMatch(/^lost \(I1: every acknowledged/);
  expect(text).toMatch(
    / {2}in Kafka, but neither a row nor a dead letter: truck-1 .* telemetry.readings.v1\/0\/0\n/,
  );
  expect(text).toContain('  and 6 more\n');
  expect(text).toMatch(/\nlost 11\n[^]*\nbroken: lost, offsets unresolved$/);
});

it('can be printed as JSON', () => {
  expect(JSON.parse(JSON.stringify(judge(aGoodWorld())))).toMatchObject({ held: true, broken: [] });
});
