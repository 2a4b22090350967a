import { expect, it } from 'vitest';
import { START } from './a-good-world.js';
import type { Pulse, SignalRecord } from './evidence.js';
import { alertIdOf } from './ids.js';
import { parseRules } from './rules.js';
import { foldSilence } from './silence-fold.js';

const RULES = parseRules(
  `groups: { parked: [parked-*], tests: [test-*] }
rules:
  - id: quiet
    silentFor: 1m
    severity: warning
    overrides: { parked: { silentFor: 5m }, tests: { off: true } }
  - { id: hot, measurement: engineTemperatureC, above: 100, severity: info }`,
  'rules.yaml',
);
const at = (second: number) => START + second * 1000;

/** A signal received at a second, which is its offset too: what came before stands before it. */
const signal = (second: number, origin = second): SignalRecord => ({
  ...{
    topic: 'telemetry.signals.v1',
    partition: 3,
    offset: BigInt(second),
    key: 'truck-1',
    vehicleId: 'truck-1',
  },
  messageId: `message-${origin}`,
  ...{ recordedAt: at(origin), receivedAt: at(origin), sentAt: at(second) },
  origin: { topic: 'telemetry.readings.v1', partition: 3, offset: BigInt(origin) },
  ...{ clockSuspect: false, verdicts: [] },
});
const pulse = (second: number, since = -1000): Pulse => ({
  ...{ offset: BigInt(second), since: at(since), upTo: at(second) },
});
const every10 = (from: number, to: number, since?: number) =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, index) => pulse(from + index * 10, since));

const lives = (signals: SignalRecord[], pulses: Pulse[], vehicleId = 'truck-1') =>
  foldSilence(vehicleId, signals, pulses, RULES).map(({ openedAt, clearedAt }) => [
    (openedAt - START) / 1000,
    ...(clearedAt === undefined ? [] : [(clearedAt - START) / 1000]),
  ]);

it('opens while nothing comes, and clears with what comes next', () => {
  expect(lives([signal(2), signal(205)], every10(5, 305))).toEqual([[62, 205], [265]]);
  const [alert] = foldSilence('truck-1', [signal(2)], every10(5, 95), RULES);
  expect(alert).toMatchObject({
    id: alertIdOf('truck-1', 'quiet', at(2), 'message-2'),
    ...{ rule: 'quiet', severity: 'warning', measurement: 'silence', value: 60, openedBy: 'message-2' },
  });
});

it('is judged by pulses alone, and counts from where they began', () => {
  expect(lives([signal(2)], [])).toEqual([]);
  expect(lives([signal(2), signal(500)], [pulse(10)])).toEqual([]);
  expect(lives([signal(2)], every10(500, 550, 500))).toEqual([]);
  expect(lives([signal(2)], every10(500, 560, 500))).toEqual([[560]]);
});

it('takes no signal that appears again for a sign of life', () => {
  expect(lives([signal(2), signal(3), signal(40, 2), signal(41, 3)], every10(5, 95))).toEqual([[63]]);
});

it('goes by the rules as they are for the vehicle', () => {
  expect(lives([signal(2)], every10(5, 305), 'parked-1')).toEqual([[302]]);
  expect(lives([signal(2)], every10(5, 305), 'test-1')).toEqual([]);
});
