import { expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { Evidence } from './evidence.js';
import { at, brokenBy, type Lie, recordAt, replace, withContent, without } from './forged.fixture.js';
import type { Invariant } from './invariants.js';

const { the, aSent, aRecord, aRow, aSignal, START } = world;

const arrived = (good: Evidence, body: object): Partial<Evidence> => {
  const sent = aSent('truck-3', 4, JSON.stringify(body));
  const record = aRecord(sent, 22n);
  return {
    history: { ...good.history, sent: [...good.history.sent, sent] },
    records: [...good.records, record],
    ends: new Map([[0, 23n]]),
    committed: new Map([[0, 23n]]),
  };
};

const unsent = aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 22n);

/** What a system may get wrong, and the invariants it breaks by that: one, or those that say the same of it. */
const LIES: readonly (readonly [string, readonly Invariant[], Lie])[] = [
  [
    'acknowledges before Kafka has the reading',
    ['I1'],
    ({ history }) => ({
      history: {
        ...history,
        sent: [...history.sent, aSent('truck-2', 4, JSON.stringify({ recordedAt: 1 }))],
      },
    }),
  ],
  [
    'swallows a dead letter of the bridge',
    ['I1'],
    ({ deadLetters }) => ({ deadLetters: deadLetters.slice(1) }),
  ],
  [
    'swallows the dead letter of a conflicting reading',
    ['I1'],
    ({ deadLetters }) => ({ deadLetters: deadLetters.slice(0, 1) }),
  ],
  [
    'commits before the row is stored',
    ['I1', 'I5'],
    ({ rows }) => ({ rows: without(rows, the(rows, 'truck-1', 2)) }),
  ],
  [
    'gives a good reading up',
    ['I1'],
    (good) => {
      const lie = arrived(good, { recordedAt: START });
      const letter = world.aRecordLetter(at(lie.records ?? [], -1), 'processing-error');
      return { ...lie, deadLetters: [...good.deadLetters, letter] };
    },
  ],
  [
    'makes a reading up',
    ['I2'],
    (good) => ({
      records: [...good.records, unsent],
      rows: [...good.rows, aRow(unsent)],
      signals: [...good.signals, aSignal(aRow(unsent), 30n)],
      ends: new Map([[0, 23n]]),
    }),
  ],
  [
    'stores a zero for a missing sensor',
    ['I2'],
    ({ rows }) => ({ rows: replace(rows, at(rows, 1), withContent(at(rows, 1), 'speedKph', 0)) }),
  ],
  [
    'stores the second of two conflicting readings over the first',
    ['I2'],
    ({ rows }) => {
      const row = the(rows, 'truck-2', 1);
      return { rows: replace(rows, row, withContent(row, 'fuelLevelPercent', 51)) };
    },
  ],
  [
    'stores a reading under two times',
    ['I3'],
    ({ rows }) => ({ rows: [...rows, { ...at(rows, 0), recordedAt: START + 1001 }] }),
  ],
  [
    'writes a row anew at a redelivery',
    ['I3'],
    ({ rows }) => ({
      rows: replace(rows, at(rows, 0), { writtenAt: { from: START + 60_000, to: START + 60_000 } }),
    }),
  ],
  [
    'writes some cells of a row anew',
    ['I3'],
    ({ rows }) => ({
      rows: replace(rows, at(rows, 0), { writtenAt: { from: START + 7005, to: START + 7006 } }),
    }),
  ],
  [
    'produces out of order',
    ['I4'],
    ({ history }) => {
      const [one, two] = [the(history.sent, 'truck-1', 1), the(history.sent, 'truck-1', 2)];
      const sent = replace(replace(history.sent, one, { order: 2 }), two, { order: 1 });
      return { history: { ...history, sent } };
    },
  ],
  [
    'moves a vehicle to another partition',
    ['I4'],
    (good) => ({
      records: replace(good.records, recordAt(good, 20n), { partition: 1 }),
      committed: new Map([[0, 22n]]),
    }),
  ],
  [
    'publishes signals out of order',
    ['I4'],
    ({ signals }) => ({ signals: [at(signals, 1), at(signals, 0), ...signals.slice(2)] }),
  ],
  ['skips the signal of what is already stored', ['I5'], ({ signals }) => ({ signals: signals.slice(1) })],
  [
    'leaves an older state as the latest',
    ['I5'],
    ({ latest, rows }) => ({ latest: new Map([...latest, ['truck-2', the(rows, 'truck-2', 1)]]) }),
  ],
  [
    'commits with the offsets of an earlier assignment',
    ['I6'],
    ({ commits = [] }) => ({ commits: [...commits, world.aCommit(7n, START + 20_000)] }),
  ],
  [
    'judges by another threshold',
    ['I7'],
    ({ signals }) => ({
      signals: replace(signals, at(signals, 1), {
        verdicts: [{ rule: 'hot', outcome: 'normal', value: 105 }],
      }),
    }),
  ],
  [
    'loses an alert',
    ['I7'],
    ({ alerts, alertHistory, alertsByDay }) => {
      const { id } = at(alerts, 1);
      return {
        alerts: alerts.filter((it) => it.id !== id),
        alertHistory: alertHistory.filter((it) => it.alertId !== id),
        alertsByDay: alertsByDay.filter((it) => it.id !== id),
      };
    },
  ],
  ['leaves an alert out of its view', ['I7'], () => ({ openAlerts: [] })],
  [
    'records a transition twice',
    ['I7'],
    ({ alertHistory }) => ({ alertHistory: [...alertHistory, at(alertHistory, 0)] }),
  ],
  ...(['digest', 'headers', 'originalKey', 'id', 'reason'] as const).map(
    (field) =>
      [
        `writes a dead letter with another ${field}`,
        ['I8'],
        ({ deadLetters }: Evidence) => ({
          deadLetters: replace(deadLetters, at(deadLetters, 1), { [field]: 'another' }),
        }),
      ] as const,
  ),
  [
    'stands still',
    ['I9'],
    () => ({
      lags: [{ group: 'navora-processor', topic: world.READINGS, partition: 0, committed: 20n, end: 22n }],
      committed: new Map([[0, 20n]]),
    }),
  ],
  [
    'lets one vehicle speak for another',
    ['I12'],
    (good) => ({ records: replace(good.records, recordAt(good, 20n), { key: 'truck-2' }) }),
  ],
  [
    'says that a vehicle is erased, and keeps all it has (more in erased.spec)',
    ['I14'],
    () => ({ erasures: new Map([['truck-2', { erasedAt: START + 9000, completedAt: START + 9500 }]]) }),
  ],
];

it.each(LIES)('a system that %s breaks %j', async (_, invariants, lie) => {
  const broken = await brokenBy(lie);
  expect([...new Set(broken.map((it) => it.split(' ')[0]))]).toEqual(invariants);
});

it('there is a lie for every invariant', () => {
  const caught = new Set(LIES.flatMap(([, invariants]) => invariants));
  expect([...caught].sort()).toEqual(['I1', 'I12', 'I14', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9']);
});
