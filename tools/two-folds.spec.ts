import fc from 'fast-check';
import { v5 as uuidV5 } from 'uuid';
import { expect, it } from 'vitest';
import { fold, stateAfter } from '../apps/alerts/src/fold.js';
import { foldAlerts } from '../libs/auditor/src/alert-fold.js';
import { findingOf } from '../libs/auditor/src/clauses.js';
import { parseRules as auditorsRules } from '../libs/auditor/src/rules.js';
import { Judge, parseRules } from '../libs/rules/src/index.js';

const NAMESPACE = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';
const START = Date.UTC(2026, 10, 22, 8);

const number = fc.integer({ min: 0, max: 10 });
const range = fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const seconds = fc.integer({ min: 1, max: 9 }).map((count) => `${count}s`);
const maybe = (name, arbitrary) =>
  fc.option(arbitrary).map((value) => (value === null ? {} : { [name]: value }));
const merged = (...parts) => fc.tuple(...parts).map((all) => Object.assign({}, ...all));

const single = fc.oneof(
  fc
    .tuple(fc.constantFrom('a', 'b', 'speedKph'), range)
    .map(([measurement, [clear, above]]) => ({ measurement, above, clear })),
  fc.record({ measurement: fc.constantFrom('a', 'b', 'latitude'), below: number }),
  fc.record({ measurement: fc.constantFrom('a', 'b'), outside: range }),
  fc.record({ measurement: fc.constantFrom('open', 'ignitionOn'), equals: fc.boolean() }),
  fc.constantFrom({ inside: 'disc' }, { outside: 'disc' }, { inside: 'hook' }, { outside: 'hook' }),
);
const several = fc
  .tuple(fc.constantFrom('allOf', 'anyOf'), fc.array(single, { minLength: 2, maxLength: 3 }))
  .map(([kind, conditions]) => ({ [kind]: conditions }));
const opening = fc.oneof(
  fc.constant({}),
  merged(fc.record({ for: seconds }), maybe('maxGap', seconds)),
  fc.record({ repeat: fc.record({ times: fc.integer({ min: 2, max: 4 }), within: seconds }) }),
);
const terms = merged(
  fc.oneof({ weight: 3, arbitrary: single }, several),
  opening,
  maybe('clearFor', seconds),
  maybe('reopenWithin', seconds),
);
const rule = fc
  .tuple(terms, fc.option(fc.oneof(terms, fc.constant({ off: true }))))
  .map(([own, other]) => ({ ...own, severity: 'info', ...(other && { overrides: { some: other } }) }));

/** Places lie across the 180th meridian. */
const rulesFile = fc
  .tuple(fc.array(rule, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([rules, limited]) =>
    JSON.stringify({
      ...(limited && { limits: { a: [1, 9], latitude: [2, 8] } }),
      groups: { some: ['v*1'] },
      places: {
        disc: { latitude: 5, longitude: 179.9, radiusM: 300_000 },
        hook: {
          polygon: [
            [0, 178],
            [0, -178],
            [6, -178],
            [6, 180],
            [3, 180],
            [3, 178],
          ],
        },
      },
      rules: rules.map((one, index) => ({ id: `r${index}`, ...one })),
    }),
  );

const often = (arbitrary) => fc.option(arbitrary, { freq: 4 });
const measured = fc.record({
  vehicleId: fc.constantFrom('v1', 'v2'),
  lateBy: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -4, max: 9 })),
  a: often(number),
  b: often(number),
  open: often(fc.boolean()),
  ignitionOn: often(fc.boolean()),
  speedKph: often(number),
  latitude: often(fc.double({ min: -1, max: 10, noNaN: true })),
  longitude: fc.double({ min: -4, max: 4, noNaN: true }).map((east) => (east > 0 ? east - 180 : east + 180)),
});

/** One reading as the services see it, and as the auditor does. */
function seenByBoth({ vehicleId, lateBy, a, b, open, ignitionOn, speedKph, latitude, longitude }, index) {
  const present = (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const identity = {
    vehicleId,
    recordedAt: START + (index - lateBy) * 1000,
    messageId: uuidV5(String(index), NAMESPACE),
  };
  const extras = present({ a, b, open });
  const location = latitude === null ? null : { latitude, longitude };
  const unmeasured = {
    fuelLevelPercent: null,
    engineTemperatureC: null,
    cargoTemperatureC: null,
    sequence: null,
  };
  const flat = { ...extras, ...present({ ignitionOn, speedKph }) };
  if (location) Object.assign(flat, { 'location.latitude': latitude, 'location.longitude': longitude });
  return {
    reading: { ...identity, ...unmeasured, location, speedKph, ignitionOn, extras },
    said: { ...identity, content: new Map(Object.entries(flat)) },
  };
}

function alertsOfServices(readings, judge) {
  const alerts = new Map();
  let marks;
  let state;
  for (const [offset, reading] of readings.entries()) {
    const { vehicleId, recordedAt, messageId } = reading;
    const signal = {
      ...{ vehicleId, recordedAt, messageId, receivedAt: recordedAt, clockSuspect: false, ruleVersion: '1' },
      origin: { topic: 'readings', partition: 0, offset },
      ...judge.judge(reading),
    };
    const folded = fold(marks, state, signal, () => ({ severity: 'critical', measurement: 'untold' }));
    marks = folded.marks;
    if (folded.changes.length > 0) state = stateAfter(state, signal, folded);
    for (const { alert } of folded.changes) alerts.set(alert.id, alert);
  }
  return [...alerts.values()];
}

const comparable = (alerts) =>
  alerts
    .map(({ ruleVersion: _, past: __, ...alert }) => alert)
    .sort((one, other) => (one.id < other.id ? -1 : 1));

function isRulesFile(text) {
  try {
    return parseRules(text, 'rules.yaml') !== undefined;
  } catch {
    return false; // an override may leave a rule without sense
  }
}

it('the auditor reads, judges and folds any rules as the services do, though they share no code', () => {
  const readings = fc.array(measured, { minLength: 10, maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(rulesFile.filter(isRulesFile), readings, (text, all) => {
      const judge = new Judge(parseRules(text, 'rules.yaml'));
      const rules = auditorsRules(text, 'rules.yaml');
      for (const vehicleId of ['v1', 'v2']) {
        const own = all.map(seenByBoth).filter(({ said }) => said.vehicleId === vehicleId);
        for (const { reading, said } of own) {
          const found = rules.map((one) => [one.id, findingOf(one, said)]);
          const { verdicts, off } = judge.judge(reading);
          expect(off).toEqual(found.filter(([, it]) => it === 'off').map(([id]) => id));
          expect(verdicts.map(({ rule: id, outcome, value }) => [id, { outcome, value }])).toEqual(
            found
              .filter(([, it]) => it !== 'off' && it !== undefined)
              .map(([id, { finding }]) => [id, { outcome: finding.outcome, value: finding.value }]),
          );
        }
        const expected = foldAlerts(
          own.map(({ said }) => said),
          rules,
        );
        const made = alertsOfServices(
          own.map(({ reading }) => reading),
          judge,
        );
        expect(comparable(made)).toEqual(comparable(expected));
      }
    }),
    { numRuns: 300 },
  );
}, 120_000);
