import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { AlertRow, Evidence, ReadingRecord, Row, Sent } from './evidence.js';
import { messageIdOf } from './ids.js';
import { judge } from './judge.js';
import { slotOf } from './placement.js';

type Lie = (good: Evidence) => Partial<Evidence>;

function brokenBy(lie: Lie): readonly string[] {
  const good = world.aGoodWorld();
  return judge({ ...good, ...lie(good) }).broken;
}

const { the, aSent, aRecord, aRow, aSignal, START } = world;
const without = <T>(all: readonly T[], one: T) => all.filter((it) => it !== one);
const replace = <T>(all: readonly T[], one: T, by: Partial<T>) =>
  all.map((it) => (it === one ? { ...it, ...by } : it));
const at = <T>(all: readonly T[], index: number): T => {
  const one = all.at(index);
  if (one === undefined) throw new Error(`nothing at ${index}`);
  return one;
};
const recordAt = (good: Evidence, offset: bigint): ReadingRecord =>
  at(
    good.records.filter((record) => record.offset === offset),
    0,
  );
const withContent = (row: Row, name: string, value: number) => ({
  content: new Map([...row.content, [name, value]]),
});

it('a good history keeps every promise', () => {
  const report = judge(world.aGoodWorld());
  expect(report.checks.flatMap((check) => check.witnesses)).toEqual([]);
  expect(report).toMatchObject({ held: true, broken: [] });
  expect(report.totals).toMatchObject({
    attempted: 12,
    acknowledged: 12,
    inKafka: 12,
    redelivered: 2,
    rows: 10,
    deadLetters: 2,
  });
});

describe('lost', () => {
  it('an acknowledged reading that never reached Kafka', () => {
    const never = aSent('truck-2', 4, JSON.stringify({ recordedAt: START }));
    expect(
      brokenBy((good) => ({ history: { ...good.history, sent: [...good.history.sent, never] } })),
    ).toEqual(['lost']);
  });

  it('but not one whose acknowledgement the sender never saw', () => {
    const { acknowledgedAt: _, ...never } = aSent('truck-2', 4, JSON.stringify({ recordedAt: START }));
    expect(
      brokenBy((good) => ({ history: { ...good.history, sent: [...good.history.sent, never] } })),
    ).toEqual([]);
  });

  it('a record that was not committed yet may have no row; a committed one may not', () => {
    const lie: Lie = (good) => ({ rows: without(good.rows, the(good.rows, 'truck-1', 2)) });
    expect(brokenBy(lie)).toEqual(['lost', 'offsets unresolved']);
    expect(brokenBy((good) => ({ ...lie(good), committed: new Map([[0, 1n]]) }))).toEqual([]);
  });

  it('a dead letter swallowed by the bridge', () => {
    expect(brokenBy((good) => ({ deadLetters: good.deadLetters.slice(1) }))).toEqual(['lost']);
  });

  it('a dead letter swallowed by the processor', () => {
    expect(brokenBy((good) => ({ deadLetters: good.deadLetters.slice(0, 1) }))).toEqual(['lost']);
  });

  it('an unreadable record without a dead letter', () => {
    const judged = { bad: 'unknown-schema', detail: 'the registry has no schema 99' } as const;
    const sent: Sent = { ...aSent('truck-3', 4, 'some avro'), judged, messageId: 'm' };
    expect(
      brokenBy((good) => ({
        history: { ...good.history, sent: [...good.history.sent, sent] },
        records: [...good.records, { ...aRecord(sent, 22n), digest: sent.digest }],
        ends: new Map([[0, 23n]]),
        committed: new Map([[0, 23n]]),
      })),
    ).toEqual(['lost', 'offsets unresolved']);
  });

  it.each(['processing-error', 'conflicting-reading', 'malformed-body', 'refused-by-store'])(
    'a good reading given up as %s',
    (reason) => {
      const extra = aSent('truck-3', 4, JSON.stringify({ recordedAt: START }));
      expect(
        brokenBy((good) => ({
          history: { ...good.history, sent: [...good.history.sent, extra] },
          records: [...good.records, aRecord(extra, 22n)],
          deadLetters: [...good.deadLetters, world.aRecordLetter(aRecord(extra, 22n), reason)],
          ends: new Map([[0, 23n]]),
          committed: new Map([[0, 23n]]),
        })),
      ).toEqual(['lost']);
    },
  );
});

describe('invented', () => {
  it('a record nobody sent, with all that follows from it', () => {
    const record = aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 22n);
    expect(
      brokenBy((good) => ({
        records: [...good.records, record],
        rows: [...good.rows, aRow(record)],
        signals: [...good.signals, aSignal(aRow(record), 30n)],
        ends: new Map([[0, 23n]]),
      })),
    ).toEqual(['invented']);
  });

  it('but not a record from before the history', () => {
    const record = {
      ...aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 22n),
      timestamp: START - 1,
    };
    const row = aRow(record);
    const rest = { ends: new Map([[0, 23n]]) };
    const lie: Lie = (good) => ({ ...rest, records: [...good.records, record], rows: [...good.rows, row] });
    expect(brokenBy((good) => ({ ...lie(good), signals: [...good.signals, aSignal(row, 30n)] }))).toEqual([]);
  });

  it('a row nobody sent', () => {
    const record = aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 0n);
    expect(brokenBy((good) => ({ rows: [...good.rows, aRow(record)] }))).toEqual(['invented']);
  });

  it('a changed value', () => {
    const lie: Lie = ({ rows }) => ({
      rows: replace(rows, at(rows, 1), withContent(at(rows, 1), 'engineTemperatureC', 105.0001)),
    });
    expect(brokenBy(lie)).toEqual(['invented']);
  });

  it('a zero for a missing sensor', () => {
    expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 1), withContent(at(rows, 1), 'speedKph', 0)) })),
    ).toEqual(['invented']);
  });

  it('a dropped extra', () => {
    expect(
      brokenBy(({ rows }) => ({
        rows: replace(rows, the(rows, 'truck-3', 1), {
          content: new Map([
            ['sequence', 7],
            ['speedKph', 71.5],
          ]),
        }),
      })),
    ).toEqual(['invented']);
  });

  it('a value changed on the way into Kafka', () => {
    const said = world.readingOf(at(world.aGoodWorld().records, 2));
    const judged = { reading: { ...said, content: new Map([['engineTemperatureC', 96]]) } };
    expect(brokenBy(({ records }) => ({ records: replace(records, at(records, 2), { judged }) }))).toEqual([
      'invented',
      'signals wrong',
    ]);
  });

  it('a row that names a redelivery as its origin', () => {
    const origin = { topic: world.READINGS, partition: 0, offset: 20n };
    expect(brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 0), { origin }) }))).toEqual(['invented']);
  });

  it('a clock-suspect reading stored as a sound one', () => {
    expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, the(rows, 'truck-3', 2), { clockSuspect: false }) })),
    ).toEqual(['invented']);
  });

  it('a clock-suspect reading as the latest state', () => {
    expect(
      brokenBy(({ rows, latest }) => ({
        latest: new Map([...latest, ['truck-3', the(rows, 'truck-3', 2)]]),
      })),
    ).toEqual(['invented']);
  });
});

describe('duplicated', () => {
  it('one reading under two times', () => {
    const lie: Lie = ({ rows }) => ({ rows: [...rows, { ...at(rows, 0), recordedAt: START + 1001 }] });
    expect(brokenBy(lie)).toEqual(['duplicated']);
  });

  it('one reading in two buckets', () => {
    const lie: Lie = ({ rows }) => ({
      rows: [...rows, { ...at(rows, 0), bucket: at(rows, 0).bucket + 3_600_000 }],
    });
    expect(brokenBy(lie)).toEqual(['duplicated']);
  });

  it('a row in the shard of another vehicle', () => {
    expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 0), { shard: at(rows, 0).shard + 1 }) })),
    ).toEqual(['duplicated']);
  });
});

describe('out of order', () => {
  it('two readings swapped', () => {
    expect(
      brokenBy(({ history }) => {
        const [one, two] = [the(history.sent, 'truck-1', 1), the(history.sent, 'truck-1', 2)];
        const swapped = history.sent.map((it) =>
          it === one ? { ...one, order: 2 } : it === two ? { ...two, order: 1 } : it,
        );
        return { history: { ...history, sent: swapped } };
      }),
    ).toEqual(['out of order']);
  });

  it('a second run behind the first is fine, in front of it not', () => {
    const second = (sent: Sent) => ({
      ...sent,
      run: 2,
      order: 1,
      firstSentAt: START + 60_000,
      acknowledgedAt: START + 60_009,
    });
    const lie =
      (nth: number): Lie =>
      ({ history }) => ({
        history: {
          ...history,
          sent: history.sent.map((it) => (it === the(history.sent, 'truck-1', nth) ? second(it) : it)),
        },
      });
    expect(brokenBy(lie(6))).toEqual([]);
    expect(brokenBy(lie(2))).toEqual(['out of order']);
  });

  it('one vehicle in two partitions', () => {
    expect(
      brokenBy((good) => ({
        records: replace(good.records, recordAt(good, 20n), { partition: 1 }),
        committed: new Map([[0, 22n]]),
      })),
    ).toEqual(['out of order']);
  });
});

describe('offsets unresolved', () => {
  it('a latest state that is older than a committed reading', () => {
    expect(
      brokenBy(({ latest, rows }) => ({
        latest: new Map([...latest, ['truck-2', the(rows, 'truck-2', 1)]]),
      })),
    ).toEqual(['offsets unresolved']);
  });

  it('a vehicle without any latest state', () => {
    expect(
      brokenBy(({ latest }) => ({ latest: new Map([...latest].filter(([key]) => key !== 'truck-3')) })),
    ).toEqual(['offsets unresolved']);
  });
});

describe('signals', () => {
  it('a missing signal', () => {
    expect(brokenBy(({ signals }) => ({ signals: signals.slice(1) }))).toEqual([
      'offsets unresolved',
      'signals missing',
    ]);
  });

  it('a missing signal of a record that is not committed yet is nothing', () => {
    expect(
      brokenBy(({ signals }) => ({ signals: signals.slice(0, 5), committed: new Map([[0, 5n]]) })),
    ).toEqual([]);
  });

  it('a repeated signal is fine', () => {
    expect(
      brokenBy(({ signals }) => ({ signals: [...signals, { ...at(signals, 0), offset: 50n }] })),
    ).toEqual([]);
  });

  it.each([
    ['wrong outcome', [{ rule: 'hot', outcome: 'normal', value: 105 }]],
    ['wrong value', [{ rule: 'hot', outcome: 'breach', value: 106 }]],
    ['verdict left out', []],
    ['rule judged twice', [0, 1].map(() => ({ rule: 'hot', outcome: 'breach', value: 105 }))],
  ])('a %s', (_, verdicts) => {
    expect(brokenBy(({ signals }) => ({ signals: replace(signals, at(signals, 1), { verdicts }) }))).toEqual([
      'signals wrong',
    ]);
  });

  it('a judged clock-suspect reading', () => {
    const verdicts = [{ rule: 'hot', outcome: 'breach', value: 150 }];
    expect(
      brokenBy(({ signals }) => ({ signals: replace(signals, the(signals, 'truck-3', 2), { verdicts }) })),
    ).toEqual(['signals wrong']);
  });

  it('a signal that names a redelivery as its origin', () => {
    const signal = { origin: { topic: world.READINGS, partition: 0, offset: 20n }, offset: 40n };
    expect(brokenBy(({ signals }) => ({ signals: [...signals, { ...at(signals, 0), ...signal }] }))).toEqual([
      'signals wrong',
    ]);
  });

  it('a signal of a reading that is not in Kafka', () => {
    expect(
      brokenBy(({ signals }) => ({
        signals: [...signals, { ...at(signals, 0), messageId: messageIdOf('x', Buffer.of(1)) }],
      })),
    ).toEqual(['signals wrong']);
  });

  it('two signals swapped', () => {
    expect(
      brokenBy(({ signals }) => ({ signals: [at(signals, 1), at(signals, 0), ...signals.slice(2)] })),
    ).toEqual(['signals out of order']);
  });
});

describe('alerts', () => {
  /** The lie told in the table, its history and both views alike. */
  const everywhere = (change: (alert: AlertRow) => Partial<AlertRow>): Lie => {
    return ({ alerts, alertsByDay, openAlerts }) => ({
      alerts: alerts.map((alert) => ({ ...alert, ...change(alert) })),
      alertsByDay: alertsByDay.map((alert) => ({ ...alert, ...change(alert) })),
      openAlerts: openAlerts.map((alert) => ({ ...alert, ...change(alert) })),
    });
  };
  const only = (nth: number, change: Partial<AlertRow>) => {
    const { id } = at(world.aGoodWorld().alerts, nth);
    return everywhere((alert) => (alert.id === id ? change : {}));
  };
  const dropped: Lie = (good) => {
    const { id } = at(good.alerts, 1);
    const keep = <T extends { id?: string; alertId?: string }>(all: readonly T[]) =>
      all.filter((it) => it.id !== id && it.alertId !== id);
    return {
      alerts: keep(good.alerts),
      alertHistory: keep(good.alertHistory),
      alertsByDay: keep(good.alertsByDay),
    };
  };

  it('a missing alert', () => expect(brokenBy(dropped)).toEqual(['alerts missing']));

  it('is not judged while consumers are behind', () => {
    const lags = [
      { group: 'navora-alerts', topic: 'telemetry.signals.v1', partition: 3, committed: 8n, end: 10n },
    ];
    expect(brokenBy((good) => ({ ...dropped(good), lags }))).toEqual(['lag']);
    expect(brokenBy((good) => ({ ...dropped(good), lags, waited: false }))).toEqual([]);
  });

  it('an extra alert, which also is a second open one of its rule', () => {
    expect(
      brokenBy(({ alerts, alertHistory, alertsByDay, openAlerts }) => {
        const id = messageIdOf('another', Buffer.of(1));
        const history = alertHistory
          .filter((row) => row.alertId === at(alerts, 2).id)
          .map((row) => ({ ...row, alertId: id }));
        return {
          alerts: [...alerts, { ...at(alerts, 2), id }],
          alertHistory: [...alertHistory, ...history],
          alertsByDay: [...alertsByDay, { ...at(alertsByDay, 2), id }],
          openAlerts: [...openAlerts, { ...at(openAlerts, 0), id }],
        };
      }),
    ).toEqual(['alerts extra']);
  });

  it.each<[string, number, Partial<AlertRow>]>([
    ['late alert not marked late', 1, { late: false }],
    ['wrong value', 2, { value: 11 }],
    ['wrong rule', 2, { rule: 'hot' }],
    ['alert cleared by another reading', 0, { clearedAt: START + 4000 }],
    ['alert opened at another time', 0, { openedAt: START + 4000 }],
  ])('a %s', (_, nth, change) => expect(brokenBy(only(nth, change))).toEqual(['alerts wrong']));

  it('an alert wrongly still open', () => {
    expect(
      brokenBy(({ alerts, alertsByDay, openAlerts, alertHistory }) => {
        const { clearedAt: _at, clearedBy: _by, clearedValue: _value, ...rest } = at(alerts, 0);
        const open: AlertRow = { ...rest, status: 'open' };
        return {
          alerts: [open, ...alerts.slice(1)],
          alertsByDay: [{ ...open, partition: at(alertsByDay, 0).partition }, ...alertsByDay.slice(1)],
          openAlerts: [...openAlerts, { ...open, partition: String(slotOf(open.vehicleId, 16)) }],
          alertHistory: alertHistory.filter((row) => row.alertId !== open.id || row.transition !== 'cleared'),
        };
      }),
    ).toEqual(['alerts wrong']);
  });

  it('a transition recorded twice, or not at all', () => {
    expect(
      brokenBy(({ alertHistory }) => ({ alertHistory: [...alertHistory, at(alertHistory, 0)] })),
    ).toEqual(['alerts wrong']);
    expect(brokenBy(({ alertHistory }) => ({ alertHistory: alertHistory.slice(1) }))).toEqual([
      'alerts wrong',
    ]);
  });

  it('an open alert left behind in its view after it was cleared', () => {
    expect(
      brokenBy(({ alerts, openAlerts }) => ({
        openAlerts: [...openAlerts, { ...at(alerts, 0), status: 'open', partition: '0' }],
      })),
    ).toEqual(['alert views wrong']);
  });

  it('an alert missing from its view, or standing under another day', () => {
    expect(brokenBy(() => ({ openAlerts: [] }))).toEqual(['alert views wrong']);
    expect(
      brokenBy(({ alertsByDay }) => ({
        alertsByDay: replace(alertsByDay, at(alertsByDay, 0), { partition: '2026-11-23' }),
      })),
    ).toEqual(['alert views wrong']);
  });
});

describe('dead letters', () => {
  it.each<[string, object]>([
    ['altered bytes', { digest: 'other' }],
    ['a wrong id', { id: messageIdOf('x', Buffer.of(1)) }],
    ['a reason outside the list', { reason: 'just-because' }],
    ['another reason than the true one', { reason: 'vehicle-mismatch' }],
  ])('of a record: %s', (_, change) => {
    const lie: Lie = ({ deadLetters }) => ({ deadLetters: replace(deadLetters, at(deadLetters, 1), change) });
    expect(brokenBy(lie)).toEqual(['dead letters wrong']);
  });

  it('of a message: altered bytes', () => {
    expect(
      brokenBy(({ deadLetters }) => ({
        deadLetters: replace(deadLetters, at(deadLetters, 0), { digest: 'other' }),
      })),
    ).toEqual(['dead letters wrong']);
  });

  it('written twice is fine', () => {
    expect(
      brokenBy(({ deadLetters }) => ({
        deadLetters: [...deadLetters, { ...at(deadLetters, 0), offset: 9n }],
      })),
    ).toEqual([]);
  });

  it('a reading given up although it is stored', () => {
    expect(
      brokenBy((good) => ({
        deadLetters: [...good.deadLetters, world.aRecordLetter(recordAt(good, 20n), 'processing-error')],
      })),
    ).toEqual(['dead letters wrong']);
  });

  it('a reading from before the retention that was stored', () => {
    expect(brokenBy((good) => ({ settings: { ...good.settings, retentionMs: 1500 } }))).toContain(
      'dead letters wrong',
    );
  });
});

describe('the rest', () => {
  it('a record under the key of another vehicle', () => {
    expect(
      brokenBy((good) => ({ records: replace(good.records, recordAt(good, 20n), { key: 'truck-2' }) })),
    ).toEqual(['wrong vehicle']);
  });

  it('a consumer that never catches up', () => {
    const lags = [
      { group: 'navora-processor', topic: world.READINGS, partition: 0, committed: 20n, end: 22n },
    ];
    expect(brokenBy(() => ({ lags, committed: new Map([[0, 20n]]) }))).toEqual(['lag']);
  });
});
