import { describe, expect, it } from 'vitest';
import type { Evidence } from './evidence.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';
import { worldOf, type Journey } from './world-of-rules.fixture.js';

const hot = (keys: string) =>
  `rules: [{ id: hot, severity: info, measurement: engineTemperatureC, ${keys} }]`;
const engine = (...values: (number | null)[]): Journey =>
  values.map((engineTemperatureC, at) => ({
    at,
    ...(engineTemperatureC !== null && { engineTemperatureC }),
  }));
const AROUND_DEPOT: Journey = [13.4, 13.4, 13.5, 13.5, 13.4].map((longitude, at) => ({
  at,
  location: { latitude: 52.5, longitude },
}));
const place = (circle: string) =>
  `places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: ${circle} } }\nrules: [{ id: away, severity: info, outside: depot }]`;

/** What the alerts app may get wrong of each kind of rule: the true rule, what it did instead, and a journey. */
const LIES: readonly (readonly [lie: string, truth: string, done: string, journey: Journey])[] = [
  ['opens before the time is up', hot('above: 100, for: 2s'), hot('above: 100'), engine(101, 101, 101)],
  [
    'lets a between go on',
    hot('above: 100, clear: 90, for: 2s'),
    hot('above: 94, clear: 90, for: 2s'),
    engine(101, 95, 101),
  ],
  [
    'takes silence for a breach',
    hot('above: 100, for: 3s, maxGap: 2s'),
    hot('above: 100, for: 3s'),
    engine(101, null, null, 101),
  ],
  [
    'clears before the time is up',
    hot('above: 100, clearFor: 2s'),
    hot('above: 100'),
    engine(101, 90, 90, 90),
  ],
  [
    'does not count',
    hot('above: 100, repeat: { times: 2, within: 9s }'),
    hot('above: 100'),
    engine(101, 90, 101),
  ],
  [
    'counts beyond the window',
    hot('above: 100, repeat: { times: 2, within: 1s }'),
    hot('above: 100, repeat: { times: 2, within: 9s }'),
    engine(101, 90, 101),
  ],
  [
    'opens another one within the window',
    hot('above: 100, reopenWithin: 9s'),
    hot('above: 100'),
    engine(101, 90, 101),
  ],
  [
    'opens an old one again beyond the window',
    hot('above: 100, reopenWithin: 1s'),
    hot('above: 100, reopenWithin: 9s'),
    engine(101, 90, 90, 101),
  ],
  [
    'believes what is implausible',
    `limits: { engineTemperatureC: [-50, 200] }\n${hot('above: 100')}`,
    hot('above: 100'),
    engine(90, 3000, 90),
  ],
  [
    'forgets a group',
    `groups: { reefers: [reefer-*] }\n${hot('above: 100, overrides: { reefers: { above: 110 } }')}`,
    hot('above: 100'),
    engine(105, 90),
  ],
  ['raises what is off', hot('above: 100, off: true'), hot('above: 100'), engine(105, 90)],
  ['does not see it leave', place('200'), place('200000'), AROUND_DEPOT],
  [
    'takes one for both',
    'rules: [{ id: both, severity: info, allOf: [{ measurement: a, above: 1 }, { measurement: b, equals: true }] }]',
    'rules: [{ id: both, severity: info, anyOf: [{ measurement: a, above: 1 }, { measurement: b, equals: true }] }]',
    [
      { at: 0, a: 2, b: false },
      { at: 1, a: 2, b: true },
    ],
  ],
  [
    'takes one for neither',
    'rules: [{ id: one, severity: info, anyOf: [{ measurement: a, above: 1 }, { measurement: b, equals: true }] }]',
    'rules: [{ id: one, severity: info, allOf: [{ measurement: a, above: 1 }, { measurement: b, equals: true }] }]',
    [
      { at: 0, a: 2 },
      { at: 1, b: true },
    ],
  ],
  [
    'takes late breaches for a duration without knowing how close they are',
    hot('above: 100, for: 2s'),
    hot('above: 100, for: 2s, maxGap: 9s'),
    [{ at: 9, engineTemperatureC: 90 }, ...engine(101, 101, 101)],
  ],
  ['has another severity', hot('above: 100'), hot('above: 100').replace('info', 'critical'), engine(101)],
];

const brokenIn = async (evidence: Evidence) => (await judgeBySlices(evidence, 1)).broken;

describe('alerts by rules of each kind', () => {
  it.each(LIES)('an alerts app that %s is caught by I7', async (_, truth, done, journey) => {
    expect(await brokenIn(worldOf(truth, journey)), 'told truly').toEqual([]);
    const broken = await brokenIn(worldOf(truth, journey, done));
    expect(broken.length).toBeGreaterThan(0);
    for (const check of broken) expect(check).toMatch(/^I7 alerts (missing|extra|wrong)$/);
  });

  const REOPENED = worldOf(hot('above: 100, reopenWithin: 9s'), engine(101, 90, 101, 90, 101, 90));

  it('a reopening that the history leaves out, or tells twice, is caught', async () => {
    expect(await brokenIn(REOPENED)).toEqual([]);
    const { alertHistory } = REOPENED;
    const first = alertHistory.filter(({ transition }) => transition === 'reopened').slice(0, 1);
    expect(first).toHaveLength(1);
    const without = alertHistory.filter((row) => !first.includes(row));
    expect(await brokenIn({ ...REOPENED, alertHistory: without })).toEqual(['I7 alerts wrong']);
    expect(await brokenIn({ ...REOPENED, alertHistory: [...alertHistory, ...first] })).toEqual([
      'I7 alerts wrong',
    ]);
  });

  it('a signal that does not say that a rule is off is caught', async () => {
    const good = worldOf(hot('above: 100, off: true'), engine(90));
    const signals = good.signals.map((signal) => ({ ...signal, off: [] }));
    expect(await brokenIn({ ...good, signals })).toEqual(['I7 signals wrong']);
  });
});
