import fc from 'fast-check';
import { v5 as uuidV5 } from 'uuid';
import { expect, it } from 'vitest';
import { fold, stateAfter } from '../apps/alerts/src/fold.js';
import { effectOfSilence } from '../apps/alerts/src/silence.js';
import { foldAlerts } from '../libs/auditor/src/alert-fold.js';
import { findingOf } from '../libs/auditor/src/clauses.js';
import { parseRules as auditorsRules } from '../libs/auditor/src/rules.js';
import { foldSilence } from '../libs/auditor/src/silence-fold.js';
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

const aboutSilence = fc
  .array(
    fc.tuple(seconds, fc.option(fc.oneof(fc.record({ silentFor: seconds }), fc.constant({ off: true })))),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((rules) =>
    JSON.stringify({
      groups: { some: ['v*1'] },
      rules: rules.map(([silentFor, other], index) => ({
        ...{ id: `r${index}`, silentFor, severity: 'info' },
        ...(other && { overrides: { some: other } }),
      })),
    }),
  );

/** What a partition of signals holds: readings, perhaps again or late, and heartbeats, perhaps of a new connection. */
const delivery = fc.record({
  kind: fc.constantFrom('v1', 'v2', 'heartbeat', 'heartbeat', 'heartbeat'),
  gap: fc.integer({ min: 0, max: 4 }),
  seldom: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
});

function partitionOf(deliveries, judge) {
  const fresh = [];
  let now = START;
  let since = START;
  return deliveries.map(({ kind, gap, seldom }, offset) => {
    now += gap * 1000;
    if (kind === 'heartbeat') {
      if (seldom) since = now;
      return { offset, heartbeat: { since, upTo: now } };
    }
    if (seldom && fresh.length > 0) return { offset, signal: fresh[offset % fresh.length] };
    const signal = {
      ...{ vehicleId: kind, recordedAt: now - (offset % 3) * 1000, receivedAt: now },
      ...{ messageId: uuidV5(String(offset), NAMESPACE), clockSuspect: offset % 7 === 0, ruleVersion: '1' },
      origin: { topic: 'readings', partition: 0, offset: fresh.length },
      ...{ verdicts: [], off: [], silences: judge.silencesOf(kind) },
    };
    fresh.push(signal);
    return { offset, signal };
  });
}

function silencesOfServices(partition, vehicleId) {
  const alerts = new Map();
  let marks;
  let state;
  for (const { signal, heartbeat } of partition) {
    if (signal && signal.vehicleId !== vehicleId) continue;
    const effect = signal
      ? { signal, folded: fold(marks, state, signal, () => ({ severity: 'info', measurement: 'untold' })) }
      : marks && effectOfSilence(vehicleId, marks, heartbeat);
    if (!effect) continue;
    marks = effect.folded.marks;
    if (effect.folded.changes.length > 0) state = stateAfter(state, effect.signal, effect.folded);
    for (const { alert } of effect.folded.changes) alerts.set(alert.id, alert);
  }
  return [...alerts.values()];
}

it('and silences too', () => {
  const deliveries = fc.array(delivery, { minLength: 5, maxLength: 60, size: 'max' });
  let raised = 0;
  fc.assert(
    fc.property(aboutSilence, deliveries, (text, all) => {
      const partition = partitionOf(all, new Judge(parseRules(text, 'rules.yaml')));
      const pulses = partition
        .filter(({ heartbeat }) => heartbeat)
        .map(({ offset, heartbeat }) => ({ offset: BigInt(offset), ...heartbeat }));
      for (const vehicleId of ['v1', 'v2']) {
        const signals = partition
          .filter(({ signal }) => signal?.vehicleId === vehicleId)
          .map(({ offset, signal }) => ({
            ...signal,
            offset: BigInt(offset),
            origin: { ...signal.origin, offset: BigInt(signal.origin.offset) },
          }));
        const expected = foldSilence(vehicleId, signals, pulses, auditorsRules(text, 'rules.yaml'));
        const made = silencesOfServices(partition, vehicleId);
        expect(comparable(made)).toEqual(comparable(expected));
        raised += made.length;
      }
    }),
    { numRuns: 500 },
  );
  expect(raised).toBeGreaterThan(500);
}, 120_000);
