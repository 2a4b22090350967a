import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAlerts } from './alert-fold.js';
import type { BodyReading } from './evidence.js';
import { messageIdOf } from './ids.js';

const RULES = [
  { id: 'hot', clauses: [{ measurement: 'engine', breachAbove: 100, normalTo: 95 }] },
  {
    id: 'cold',
    clauses: [{ measurement: 'cargo', breachBelow: 2, breachAbove: 8, normalFrom: 2, normalTo: 8 }],
  },
];

const reading = (recordedAt: number, measured: Record<string, number>, salt = 0): BodyReading => ({
  vehicleId: 'truck-1',
  messageId: messageIdOf('truck-1', Buffer.of(recordedAt, salt)),
  recordedAt,
  content: new Map(Object.entries(measured)),
});
const fold = (...readings: BodyReading[]) => foldAlerts(readings, RULES);

describe('the fold', () => {
  it('opens at a breach, ignores what lies between and what has no value, clears at normal', () => {
    const alerts = fold(
      ...[101, 97, 120].map((engine, n) => reading(n, { engine })),
      reading(3, {}),
      reading(4, { engine: 95 }),
    );
    expect(alerts).toMatchObject([
      { rule: 'hot', status: 'cleared', openedAt: 0, clearedAt: 4, value: 101, clearedValue: 95 },
    ]);
  });

  it('makes a late breach an alert of its own, and lets a late normal change nothing', () => {
    const alerts = fold(reading(5, { engine: 101 }), reading(3, { engine: 130 }), reading(4, { engine: 90 }));
    expect(alerts).toMatchObject([
      { status: 'open', late: false, openedAt: 5 },
      { status: 'cleared', late: true, openedAt: 3, clearedAt: 3, value: 130 },
    ]);
  });

  it('orders readings of one moment by their message ids', () => {
    const two = [reading(1, { engine: 101 }, 1), reading(1, { engine: 101 }, 2)];
    const [low, high] = two.sort((one, other) => (one.messageId < other.messageId ? -1 : 1));
    if (!low || !high) throw new Error('two readings were made');
    expect(fold(low, high).map((alert) => alert.late)).toEqual([false]);
    expect(fold(high, low).map((alert) => alert.late)).toEqual([false, true]);
  });
});

/**
 * The same, said differently: per rule, looking back over all that came before each reading instead of carrying
 * a state. `prefix` is what precedes the reading in Kafka.
 */
function naively(
  readings: BodyReading[],
  id: string,
  breach: (v: number) => boolean,
  normal: (v: number) => boolean,
  of: string,
) {
  const keyOf = (it: BodyReading) => `${String(it.recordedAt).padStart(9, '0')} ${it.messageId}`;
  const isTimely = (at: number) =>
    readings.slice(0, at).every((before) => keyOf(before) < keyOf(readings[at] as BodyReading));
  const lines = readings.map((it, at) => ({ it, value: it.content.get(of), timely: isTimely(at) }));
  const turns = lines.filter(
    ({ timely, value }) => timely && typeof value === 'number' && (breach(value) || normal(value)),
  );
  const opens = turns.filter(({ value }, at) => {
    const before = turns[at - 1]?.value;
    return breach(value as number) && (before === undefined || normal(before as number));
  });
  const timely = opens.map(({ it }) => {
    const clearing = turns
      .slice(turns.findIndex((turn) => turn.it === it))
      .find(({ value }) => normal(value as number));
    return `${id} ${it.messageId} ${clearing?.it.messageId ?? 'open'} false`;
  });
  const late = lines.filter((line) => !line.timely && typeof line.value === 'number' && breach(line.value));
  return [...timely, ...late.map(({ it }) => `${id} ${it.messageId} ${it.messageId} true`)].sort();
}

it('agrees with a second formulation on any journey', () => {
  const anyReading = fc
    .record({
      at: fc.integer({ min: 0, max: 12 }),
      engine: fc.option(fc.integer({ min: 92, max: 104 })),
      cargo: fc.option(fc.integer({ min: 0, max: 10 })),
    })
    .map(({ at, engine, cargo }) => ({
      at,
      measured: { ...(engine === null ? {} : { engine }), ...(cargo === null ? {} : { cargo }) },
    }));
  fc.assert(
    fc.property(fc.array(anyReading, { maxLength: 30 }), (journey) => {
      const readings = journey.map(({ at, measured }, salt) => reading(at, measured, salt));
      const folded = fold(...readings)
        .map((it) => `${it.rule} ${it.openedBy} ${it.clearedBy ?? 'open'} ${it.late}`)
        .sort();
      const naive = [
        ...naively(
          readings,
          'cold',
          (v) => v < 2 || v > 8,
          (v) => v >= 2 && v <= 8,
          'cargo',
        ),
        ...naively(
          readings,
          'hot',
          (v) => v > 100,
          (v) => v <= 95,
          'engine',
        ),
      ].sort();
      expect(folded).toEqual(naive);
    }),
    { numRuns: 500 },
  );
});
