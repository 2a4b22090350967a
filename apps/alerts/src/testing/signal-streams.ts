import fc from 'fast-check';
import { alertId, type Outcome, type Signal } from '@navora/schemas';
import type { Alert } from '../alert.js';
import { aSignal, describeRule, verdict } from './a-signal.js';

const RULES = ['engine', 'fuel'] as const;
const OUTCOMES: Outcome[] = ['breach', 'between', 'normal'];

interface Drawn {
  vehicle: number;
  shiftSeconds: number;
  clockSuspect: boolean;
  outcomes: (Outcome | undefined)[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  vehicle: fc.nat({ max: 2 }),
  // Most come in the order they were recorded, some much later, some in the same second.
  shiftSeconds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -8, max: 3 })),
  clockSuspect: fc.boolean(),
  outcomes: fc.tuple(
    ...RULES.map(() => fc.oneof(fc.constantFrom(...OUTCOMES), fc.constant<Outcome | undefined>(undefined))),
  ),
});

function signalOf(one: Drawn, offset: number, vehicles: number): Signal {
  const plain = aSignal({ offset, vehicleId: `v${one.vehicle % vehicles}` });
  return {
    ...plain,
    recordedAt: plain.recordedAt + one.shiftSeconds * 1000,
    clockSuspect: one.clockSuspect && offset % 5 === 0,
    verdicts: RULES.flatMap((rule, index) => {
      const outcome = one.outcomes[index];
      return outcome && !(one.clockSuspect && offset % 5 === 0) ? [verdict(rule, outcome)] : [];
    }),
  };
}

/**
 * For tests: signals in the order of their origins, and a way they may be delivered: some doubled, and now and
 * then all of them from an earlier one on once more, as after a crash of whoever sends them.
 */
export function signalStreams({ vehicles = 1, minLength = 1, maxLength = 30 } = {}): fc.Arbitrary<{
  signals: Signal[];
  delivered: Signal[];
}> {
  return fc
    .tuple(
      fc.array(drawn, { minLength, maxLength, size: 'max' }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 })), { maxLength: 4 }),
    )
    .map(([all, setbacks]) => {
      const signals = all.map((one, offset) => signalOf(one, offset, vehicles));
      return { signals, delivered: withSetbacks(signals, setbacks) };
    });
}

function withSetbacks(signals: Signal[], setbacks: [at: number, back: number][]): Signal[] {
  const delivered: Signal[] = [];
  for (const [index, signal] of signals.entries()) {
    delivered.push(signal);
    for (const [at, back] of setbacks) {
      if (at % signals.length === index)
        delivered.push(...signals.slice(Math.max(0, index - back), index + 1));
    }
  }
  return delivered;
}

/** What the alerts of signals are, said as plainly as possible: by looking at everything again for each alert. */
export function alertsOf(signals: readonly Signal[]): Alert[] {
  const judged = signals.filter(({ clockSuspect }) => !clockSuspect);
  return [...new Set(judged.map(({ vehicleId }) => vehicleId))].flatMap((vehicleId) => {
    const own = judged.filter((signal) => signal.vehicleId === vehicleId);
    const timely = own.filter((signal, index) => own.slice(0, index).every((one) => follows(signal, one)));
    const late = own.filter((signal) => !timely.includes(signal));
    return RULES.flatMap((rule) => [...timelyAlerts(timely, rule), ...lateAlerts(late, rule)]);
  });
}

function follows(one: Signal, other: Signal): boolean {
  if (one.recordedAt !== other.recordedAt) return one.recordedAt > other.recordedAt;
  return one.messageId > other.messageId;
}

function timelyAlerts(timely: Signal[], rule: string): Alert[] {
  const telling = timely.filter((signal) => /breach|normal/.test(outcomeOf(signal, rule)));
  return telling.flatMap((signal, index) => {
    const first = outcomeOf(signal, rule) === 'breach' && !/breach/.test(outcomeOf(telling[index - 1], rule));
    const clearing = telling.slice(index).find((later) => outcomeOf(later, rule) === 'normal');
    return first ? [alertOf(signal, rule, clearing, false)] : [];
  });
}

function lateAlerts(late: Signal[], rule: string): Alert[] {
  return late
    .filter((signal) => outcomeOf(signal, rule) === 'breach')
    .map((signal) => alertOf(signal, rule, signal, true));
}

function outcomeOf(signal: Signal | undefined, rule: string): string {
  return signal?.verdicts.find((one) => one.rule === rule)?.outcome ?? '';
}

function valueOf(signal: Signal, rule: string): number {
  return signal.verdicts.find((one) => one.rule === rule)?.value ?? Number.NaN;
}

function alertOf(opening: Signal, rule: string, clearing: Signal | undefined, late: boolean): Alert {
  return {
    id: alertId(opening.vehicleId, rule, opening.recordedAt, opening.messageId),
    vehicleId: opening.vehicleId,
    rule,
    ...describeRule(rule),
    status: clearing ? 'cleared' : 'open',
    late,
    value: valueOf(opening, rule),
    openedAt: opening.recordedAt,
    openedBy: opening.messageId,
    ...(clearing && {
      clearedAt: clearing.recordedAt,
      clearedBy: clearing.messageId,
      clearedValue: valueOf(clearing, rule),
    }),
    ruleVersion: opening.ruleVersion,
  };
}
