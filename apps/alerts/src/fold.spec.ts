import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertId, type Signal } from '@navora/schemas';
import { aSignal, describeRule, verdict } from './testing/a-signal.js';
import type { Alert, Marks, OpenAlerts, VehicleState } from './alert.js';
import { fold, stateAfter } from './fold.js';
import { alertsOf } from './testing/plain-alerts.js';
import { signalStreams } from './testing/signal-streams.js';

/** All alerts that come of signals, from any starting point. */
function run(signals: readonly Signal[], marks?: Marks, state?: VehicleState) {
  const alerts = new Map<string, Alert>();
  let mostOpenPerRule = 0;
  for (const signal of signals) {
    const folded = fold(marks, state, signal, describeRule);
    marks = folded.marks;
    if (folded.changes.length > 0) state = stateAfter(state, signal, folded);
    for (const { alert } of folded.changes) alerts.set(alert.id, alert);
    mostOpenPerRule = Math.max(mostOpenPerRule, ...openPerRule(state?.open ?? []));
  }
  return { alerts: [...alerts.values()], open: state?.open ?? [], marks, state, mostOpenPerRule };
}

function openPerRule(open: OpenAlerts): number[] {
  return open.map(({ rule }) => open.filter((other) => other.rule === rule).length);
}

const engine = (outcome: 'breach' | 'between' | 'normal') => [verdict('engine', outcome)];

describe('the fold', () => {
  it('opens an alert at a breach, keeps it through "between", and clears it at "normal"', () => {
    const { alerts } = run([
      aSignal({ offset: 1, verdicts: engine('normal') }),
      aSignal({ offset: 2, verdicts: engine('breach') }),
      aSignal({ offset: 3, verdicts: engine('between') }),
      aSignal({ offset: 4, verdicts: engine('breach') }),
      aSignal({ offset: 5, verdicts: engine('normal') }),
    ]);
    const [opening, clearing] = [aSignal({ offset: 2 }), aSignal({ offset: 5 })];
    expect(alerts).toEqual([
      {
        id: alertId('truck-17', 'engine', opening.recordedAt, opening.messageId),
        vehicleId: 'truck-17',
        rule: 'engine',
        severity: 'critical',
        measurement: 'engineC',
        status: 'cleared',
        late: false,
        value: 104,
        openedAt: opening.recordedAt,
        openedBy: opening.messageId,
        clearedAt: clearing.recordedAt,
        clearedBy: clearing.messageId,
        clearedValue: 91,
        ruleVersion: 'rules-1',
      },
    ]);
  });

  it('makes of each breach of a late signal a closed alert of its own, and leaves the open one alone', () => {
    const early = aSignal({ offset: 1 }).recordedAt - 60_000;
    const { alerts, open } = run([
      aSignal({ offset: 1, verdicts: engine('breach') }),
      aSignal({
        offset: 2,
        recordedAt: early,
        verdicts: [verdict('engine', 'breach', 110), verdict('fuel', 'breach', 3)],
      }),
      aSignal({ offset: 3, recordedAt: early + 1, verdicts: engine('normal') }),
    ]);
    expect(open).toHaveLength(1);
    expect(alerts.map(({ rule, late, status, value }) => ({ rule, late, status, value }))).toEqual([
      { rule: 'engine', late: false, status: 'open', value: 104 },
      { rule: 'engine', late: true, status: 'cleared', value: 110 },
      { rule: 'fuel', late: true, status: 'cleared', value: 3 },
    ]);
    expect(alerts[1]).toMatchObject({ openedAt: early, clearedAt: early, clearedValue: 110 });
  });

  it('of two readings of one millisecond, goes by the message id', () => {
    const at = aSignal().recordedAt;
    const [low, high] = ['0', 'f'].map((digit) => `${digit}b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10`);
    const first = aSignal({ offset: 1, recordedAt: at, messageId: high });
    const second = aSignal({ offset: 2, recordedAt: at, messageId: low });
    const marks = fold(undefined, undefined, first, describeRule).marks;
    expect(fold(marks, undefined, second, describeRule).outcome).toBe('late');
  });

  it('moves only the origin mark for a clock-suspect signal', () => {
    const before = fold(undefined, undefined, aSignal({ offset: 1 }), describeRule).marks;
    const suspect = aSignal({ offset: 2, clockSuspect: true, recordedAt: aSignal().recordedAt + 3_600_000 });
    expect(fold(before, undefined, suspect, describeRule)).toEqual({
      outcome: 'suspect',
      marks: { ...before, originOffset: 2 },
      changes: [],
      reopenable: [],
    });
    expect(fold(undefined, undefined, suspect, describeRule).marks).toMatchObject({ recordedAt: null });
  });

  it('refuses a signal of another partition of readings than the vehicle lives in', () => {
    const { marks } = fold(undefined, undefined, aSignal(), describeRule);
    const moved = { ...aSignal({ offset: 9 }), origin: { topic: 't', partition: 4, offset: 9 } };
    expect(() => fold(marks, undefined, moved, describeRule)).toThrow('truck-17 lives in partition 3');
  });

  it('gives the alerts of the plain definition, with at most one open of each rule', () => {
    fc.assert(
      fc.property(signalStreams(), ({ signals }) => {
        const { alerts, open, mostOpenPerRule } = run(signals);
        expect(byId(alerts)).toEqual(byId(alertsOf(signals)));
        expect(byId(open)).toEqual(byId(alerts.filter(({ status }) => status === 'open')));
        expect(mostOpenPerRule).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('gives the same alerts when signals are doubled, and when any part is repeated from an earlier point', () => {
    fc.assert(
      fc.property(signalStreams(), ({ signals, delivered }) => {
        expect(byId(run(delivered).alerts)).toEqual(byId(run(signals).alerts));
        expect(run(delivered).marks).toEqual(run(signals).marks);
      }),
    );
  });

  it('goes on from a stored state at any point as if it had never stopped', () => {
    fc.assert(
      fc.property(signalStreams(), fc.nat(), ({ signals }, at) => {
        const stop = at % (signals.length + 1);
        const before = run(signals.slice(0, stop));
        const stored = JSON.parse(JSON.stringify([before.marks ?? null, before.state ?? null])) as never[];
        const after = run(signals.slice(stop), ...stored.map((one) => one ?? undefined));
        const all = new Map([...before.alerts, ...after.alerts].map((alert) => [alert.id, alert]));
        expect(byId([...all.values()])).toEqual(byId(run(signals).alerts));
        expect(after.marks ?? before.marks).toEqual(run(signals).marks);
      }),
    );
  });
});

function byId(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort((one, other) => (one.id < other.id ? -1 : 1));
}
