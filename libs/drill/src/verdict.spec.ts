import type { AuditReport } from '@navora/auditor';
import { expect, it } from 'vitest';
import type { Injection } from './injection.js';
import { summarise } from './injection.js';
import { lastLine, renderDrill, type DrillReport } from './report.js';
import type { ServiceSeen } from './service-watch.js';
import { breachesOf, type DrillFindings, RSS_BOUND_MIB } from './verdict.js';

const totals: AuditReport['totals'] = {
  ...{ vehicles: 1, attempted: 10, acknowledged: 10, inKafka: 10, redelivered: 0, erased: 0, rows: 10 },
  ...{ deadLetters: 0, deadLettersByReason: {}, signals: 10, alerts: 0 },
};
const audit: AuditReport = {
  ...{ held: true, broken: [], range: {}, totals },
  ...{ invariants: [], checks: [], notes: [] },
};
const well = (): ServiceSeen => ({ maxRssMiB: 120, restarts: 1, mostNotLive: 0, redelivered: 3 });
const services = () => ({ 'mqtt-bridge': well(), processor: well(), alerts: well() });

const injected = (given: Partial<Injection> = {}): Injection => ({
  ...{ code: 'P12', title: 'Cassandra away', what: 'cassandra frozen', from: 1000, to: 21_000 },
  ...{ recoveryMs: 3000, processorUnready: true, redelivered: 4, ...given },
});

const found = (given: Partial<DrillFindings> = {}) =>
  breachesOf({
    ...{ audit, injections: [injected()], services: services(), crashes: [], seen: [], drained: true },
    ...{ noDuplicateExcused: false, ...given },
  }).map(({ name, detail }) => `${name}: ${detail}`);

it('finds nothing where all held', () => {
  expect(found()).toEqual([]);
});

it('takes over what the audit found broken', () => {
  expect(found({ audit: { ...audit, held: false, broken: ['I1 lost'] } })).toEqual([
    'I1 lost: found by the audit',
  ]);
});

it('I9: a lag that stays, and a fault that could not be healed', () => {
  expect(found({ drained: false })).toEqual([expect.stringMatching(/^recovery: I9/)]);
  expect(found({ injections: [injected({ failure: 'no answer' })] })).toEqual([
    'recovery: I9: P12: no answer',
  ]);
});

it('I10: memory above the bound', () => {
  const grown = { ...services(), processor: { ...well(), maxRssMiB: RSS_BOUND_MIB + 1 } };
  expect(found({ services: grown })).toEqual([expect.stringMatching(/^memory: I10: processor/)]);
});

it('I13: ready all the time without its store, or alive and silent', () => {
  expect(found({ injections: [injected({ processorUnready: false })] })).toEqual([
    expect.stringMatching(/^readiness: I13: P12 lasted 20 s/),
  ]);
  expect(found({ injections: [injected({ processorUnready: false, to: 9000 })] })).toEqual([]);
  const silent = { ...services(), alerts: { ...well(), mostNotLive: 4 } };
  expect(found({ services: silent })).toEqual([expect.stringMatching(/^liveness: I13: alerts/)]);
});

it('I9: readings that waited longer than a failover takes, if nothing else was broken meanwhile', () => {
  const heldUp = injected({ code: 'N1', what: 'kafka-2 killed', heldUpMs: 25_000, mayHoldUpMs: 20_000 });
  expect(found({ injections: [heldUp] })).toEqual([
    'standstill: I9: N1 (kafka-2 killed): a reading waited 25.0 s for its row, more than 20.0 s',
  ]);
  expect(found({ injections: [{ ...heldUp, heldUpMs: 20_000 }] })).toEqual([]);
  const later = injected({ code: 'B2', from: 21_000, to: 30_000 });
  expect(found({ injections: [heldUp, later] })).toHaveLength(1);
  expect(found({ injections: [heldUp, { ...later, from: 20_000 }] })).toEqual([]);
});

it('I11: a duplicate where nothing was cut off; elsewhere duplicates are expected', () => {
  const twice = { ...audit, totals: { ...totals, redelivered: 2 } };
  expect(found({ audit: twice, noDuplicateExcused: true })).toEqual([
    'graceful stop: I11: 2 readings stand in Kafka twice, though nothing was cut off',
  ]);
  expect(found({ audit: twice })).toEqual([]);
});

it('a service that ended by itself', () => {
  const crashes = [{ service: 'processor' as const, how: 'exit code 70', during: 'P9' }];
  expect(found({ crashes })).toEqual(['crashes: processor ended by itself (exit code 70) during P9']);
});

it('sums up by code: how often, survived, recovery and what it cost', () => {
  const lasting = [
    injected({ recoveryMs: 9000 }),
    injected({ recoveryMs: 1000 }),
    injected({ code: 'B2', failure: 'gone' }),
    injected({ recoveryMs: 2000 }),
    injected({ code: 'N2', heldUpMs: 700 }),
    injected({ code: 'N2', heldUpMs: 400 }),
  ];
  expect(summarise(lasting)).toMatchObject([
    { code: 'P12', injected: 3, survived: 3, recoveryMs: { median: 2000, max: 9000 }, redelivered: 12 },
    { code: 'B2', injected: 1, survived: 0, heldUpMs: undefined },
    { code: 'N2', injected: 2, heldUpMs: 700 },
  ]);
});

it('ends with one word, and a broken one names what, where and how to repeat it', () => {
  const report: DrillReport = {
    ...{ held: false, broken: ['lost', 'memory'], breaches: [{ name: 'lost', detail: 'I1: 3 times' }] },
    ...{ seed: 7, minutes: 3, ratePerSecond: 1000, vehicles: 500, sent: 10, acknowledged: 10, drainMs: 1200 },
    ...{ faults: summarise([injected({ heldUpMs: 8250 })]), injections: [], services: services(), audit },
    ...{ replay: 'npx navora drill --seed 7', folder: '/drills/one' },
  };
  const lines = renderDrill(report).split('\n');
  expect(lines.slice(-4)).toEqual([
    'lost: I1: 3 times',
    'history, fault log and logs: /drills/one',
    'again: npx navora drill --seed 7',
    'broken: lost, memory',
  ]);
  expect(lines).toContain(
    'P12  survived 1 of 1, recovered in 3.0 s, at most 3.0 s, 4 redelivered, readings held up for at most 8.3 s: Cassandra away',
  );
  expect(lastLine({ held: true, broken: [] })).toBe('held');
});
