import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { throughout } from './erasures.js';
import type { Erasure, Evidence } from './evidence.js';
import { at, brokenBy } from './forged.fixture.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';
import { renderReport } from './render-report.js';

const { START, the } = world;
const RECEIVED = START + 7000;
const COMPLETED = START + 100_000;

/** truck-1, with its alerts and a redelivery, is erased up to the very last of its records. */
function erased(
  good: Evidence,
  erasure: Erasure = { erasedAt: START + 9000, completedAt: COMPLETED },
): Evidence {
  const others = <T extends { vehicleId: string }>(all: readonly T[]) =>
    all.filter(({ vehicleId }) => vehicleId !== 'truck-1');
  return {
    ...good,
    erasures: new Map([['truck-1', erasure]]),
    rows: others(good.rows),
    latest: new Map([...good.latest].filter(([vehicleId]) => vehicleId !== 'truck-1')),
    alerts: others(good.alerts),
    alertHistory: others(good.alertHistory),
    alertsByDay: others(good.alertsByDay),
    openAlerts: others(good.openAlerts),
  };
}

describe('a vehicle that was erased', () => {
  it('has lost nothing: its records count as erased', async () => {
    const report = await judgeBySlices(erased(world.aGoodWorld()), 1);
    expect(report.broken).toEqual([]);
    expect(report.totals).toMatchObject({ inKafka: 12, erased: 7, rows: 4 });
    expect(renderReport(report)).toContain('in Kafka 12 (2 redelivered), erased 7, rows 4');
  });

  it('is judged as any other while nobody has asked', async () => {
    const report = await judgeBySlices({ ...erased(world.aGoodWorld()), erasures: new Map() }, 1);
    expect(report.broken.map((it) => it.split(' ')[0])).toEqual(expect.arrayContaining(['I1', 'I5', 'I7']));
    expect(report.totals.erased).toBe(0);
  });

  it('may have lost nothing that was received after its fence', async () => {
    const broken = await brokenBy((good) => erased(good, { erasedAt: RECEIVED - 1, completedAt: COMPLETED }));
    expect(broken).toEqual(expect.arrayContaining(['I1 lost', 'I5 offsets unresolved']));
  });

  it('may still have anything while the erasure goes on', async () => {
    const going = { erasedAt: START + 9000 };
    expect(await brokenBy((good) => erased(good, going))).toEqual([]);
    expect(await brokenBy(() => ({ erasures: new Map([['truck-1', going]]) }))).toEqual([]);
    const halfway = (good: Evidence) => ({ ...erased(good, going), rows: good.rows, alerts: good.alerts });
    expect(await brokenBy(halfway)).toEqual([]);
  });

  it('begins anew: what it sends then is a row, is judged, and makes an alert of its own', async () => {
    const later = (good: Evidence) => {
      const sent = world.aSent(
        'truck-1',
        7,
        JSON.stringify({ recordedAt: START + 20_000, engineTemperatureC: 91 }),
      );
      const record = { ...world.aRecord(sent, 22n), timestamp: START + 20_000 };
      const row = {
        ...world.aRow(record),
        writtenAt: { from: record.timestamp + 5, to: record.timestamp + 5 },
      };
      const before = erased(good);
      return {
        ...before,
        history: { ...good.history, sent: [...good.history.sent, sent] },
        records: [...good.records, record],
        rows: [...before.rows, row],
        signals: [...good.signals, world.aSignal(row, 30n)],
        latest: new Map([...before.latest, ['truck-1', world.readingOf(record)]]),
        ends: new Map([[0, 23n]]),
        committed: new Map([[0, 23n]]),
      };
    };
    expect(await brokenBy(later)).toEqual([]);
    const unstored = (good: Evidence) => ({ ...later(good), rows: erased(good).rows });
    expect(await brokenBy(unstored)).toEqual(expect.arrayContaining(['I1 lost', 'I5 offsets unresolved']));
  });
});

/** What an erasure may leave behind, or a replay bring back. */
const LEFT: readonly (readonly [string, (good: Evidence) => Partial<Evidence>])[] = [
  ['a row', ({ rows }) => ({ rows: [...rows, the(world.aGoodWorld().rows, 'truck-1', 2)] })],
  [
    'its latest state',
    ({ latest }) => ({
      latest: new Map([...latest, ['truck-1', the(world.aGoodWorld().rows, 'truck-1', 6)]]),
    }),
  ],
  ['an alert', ({ alerts }) => ({ alerts: [...alerts, at(world.aGoodWorld().alerts, 0)] })],
  [
    'a line of history',
    ({ alertHistory }) => ({ alertHistory: [...alertHistory, at(world.aGoodWorld().alertHistory, 0)] }),
  ],
  [
    'an alert in the view by day',
    ({ alertsByDay }) => ({ alertsByDay: [...alertsByDay, at(world.aGoodWorld().alertsByDay, 0)] }),
  ],
  [
    'an alert among the open ones',
    ({ openAlerts }) => ({
      openAlerts: [...openAlerts, { ...at(world.aGoodWorld().alerts, 0), partition: '3' }],
    }),
  ],
  [
    'a signal of long after',
    ({ signals }) => ({
      signals: [...signals, { ...the(signals, 'truck-1', 1), offset: 40n, sentAt: COMPLETED + 60_000 }],
    }),
  ],
];

it.each(LEFT)('an erasure that leaves %s breaks I14, and nothing else', async (_, lie) => {
  const broken = await brokenBy((good) => {
    const gone = erased(good);
    return { ...gone, ...lie(gone) };
  });
  expect(broken).toEqual(['I14 erased left']);
});

it('the smallest witness names the row and the fence', async () => {
  const gone = erased(world.aGoodWorld());
  const row = the(world.aGoodWorld().rows, 'truck-1', 2);
  const report = await judgeBySlices({ ...gone, rows: [...gone.rows, row] }, 1);
  expect(report.invariants.find(({ name }) => name === 'I14')?.witness).toMatchObject({
    ...{ what: 'of an erased reading', vehicleId: 'truck-1', messageId: row.messageId, at: 'readings' },
    expected: expect.stringContaining(new Date(START + 9000).toISOString()) as string,
  });
});

it('a fence that comes while the tables are read excuses, and accuses nobody', () => {
  const done = { erasedAt: 5, completedAt: 7 };
  expect(throughout(new Map(), new Map([['truck-1', done]])).get('truck-1')).toEqual({ erasedAt: 5 });
  expect(throughout(new Map([['truck-1', done]]), new Map([['truck-1', done]])).get('truck-1')).toEqual(done);
  const again = throughout(new Map([['truck-1', done]]), new Map([['truck-1', { erasedAt: 9 }]]));
  expect(again.get('truck-1')).toEqual({ erasedAt: 9 });
});
