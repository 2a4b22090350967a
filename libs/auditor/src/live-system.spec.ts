import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { AlertRow, Evidence } from './evidence.js';
import { at, brokenBy, type Lie, replace } from './forged.fixture.js';
import { digestOf } from './ids.js';
import { judgeBySlices } from './judge-by-slices.fixture.js';

const { the, aSent, aRecord, aRow, START } = world;

/** Truck 2 fuels up while the audit reads the tables: its open alert is cleared. */
const fuelled = aRecord(
  aSent('truck-2', 9, JSON.stringify({ recordedAt: START + 30_000, fuelLevelPercent: 90 })),
  22n,
);
const clearedMeanwhile = ({ alerts }: Evidence): Partial<Evidence> => {
  const open = at(alerts, 2);
  const { messageId: clearedBy, recordedAt: clearedAt } = world.readingOf(fuelled);
  const cleared: AlertRow = { ...open, status: 'cleared', clearedAt, clearedBy, clearedValue: 90 };
  return { alerts: replace(alerts, open, cleared), later: [fuelled] };
};

describe('while vehicles send on', () => {
  it('an alert may be as it was at the cut or as it became, but nothing else', async () => {
    await expect(brokenBy(clearedMeanwhile)).resolves.toEqual([]);
    await expect(brokenBy(() => ({ later: [fuelled] }))).resolves.toEqual([]);
    await expect(brokenBy((good) => ({ ...clearedMeanwhile(good), later: [] }))).resolves.toEqual([
      'I7 alerts wrong',
      'I7 alert views wrong',
    ]);
    const wrongly: Lie = (good) => {
      const { alerts = [], later = [] } = clearedMeanwhile(good);
      return { later, alerts: replace(alerts, at(alerts, 2), { clearedValue: 91 }) };
    };
    await expect(brokenBy(wrongly)).resolves.toEqual(['I7 alerts wrong']);
  });

  it('a latest state, a row, or a dead letter from behind the cut is no lie', async () => {
    const row = { ...aRow(fuelled), receivedAt: START + 700_000 };
    const letter = { ...world.aRecordLetter(fuelled), deadLetteredAt: START + 700_000 };
    await expect(
      brokenBy((good) => ({
        later: [fuelled],
        rows: [...good.rows, row],
        latest: new Map([...good.latest, ['truck-2', world.readingOf(fuelled)]]),
        deadLetters: [...good.deadLetters, letter],
      })),
    ).resolves.toEqual([]);
  });

  it('the views of vehicles that sent on are said to be left out', async () => {
    const good = world.aGoodWorld();
    const { notes } = await judgeBySlices({ ...good, ...clearedMeanwhile(good) }, 2);
    expect(notes).toEqual([
      '1 vehicles sent on while the tables were read: their alert views were not compared',
    ]);
  });
});

describe('when Kafka has dropped its oldest records', () => {
  /** The first three records of truck 1 are gone. */
  const dropped = (good: Evidence): Partial<Evidence> => ({
    records: good.records.filter((record) => record.offset >= 3n),
    starts: new Map([[0, 3n]]),
    keptSince: { ...good.keptSince, readings: START + 5000 },
  });

  it('neither loss nor alerts are judged from what is left', async () => {
    await expect(brokenBy(dropped)).resolves.toEqual([]);
    const good = world.aGoodWorld();
    const { notes } = await judgeBySlices({ ...good, ...dropped(good) }, 2);
    expect(notes).toEqual([
      'Kafka has dropped its oldest records: what needs those before 2026-11-22T09:00:03.000Z was not judged',
      'alerts of 1 vehicles were not judged: Kafka has dropped their first readings',
    ]);
  });

  it('but a loss since then is one, and so is a wrong alert of another vehicle', async () => {
    await expect(
      brokenBy((good) => ({
        ...dropped(good),
        records: good.records.filter((record) => record.offset >= 3n && record.offset !== 5n),
        rows: good.rows.filter((row) => row.origin.offset !== 5n),
        signals: good.signals.filter((signal) => signal.origin.offset !== 5n),
        latest: new Map([...good.latest, ['truck-1', the(good.rows, 'truck-1', 4)]]),
      })),
    ).resolves.toEqual(['I1 lost']);
    await expect(
      brokenBy((good) => ({ ...dropped(good), alerts: good.alerts.slice(0, 2), openAlerts: [] })),
    ).resolves.toEqual(['I7 alerts missing', 'I7 alert views wrong']);
  });

  it('a missing signal or dead letter may be among what was dropped', async () => {
    const kept = (signals: number, deadLetters: number): Lie => {
      return (good) => ({
        signals: good.signals.slice(1),
        keptSince: { readings: -Infinity, signals, deadLetters },
      });
    };
    await expect(brokenBy(kept(START + 7000, -Infinity))).resolves.toEqual([
      'I5 offsets unresolved',
      'I5 signals missing',
    ]);
    await expect(brokenBy(kept(START + 7001, -Infinity))).resolves.toEqual([]);
  });
});

describe('with a tap between broker and bridge', () => {
  const body = JSON.stringify({ recordedAt: START });
  const never = aSent('truck-2', 4, body);
  const untapped: Lie = ({ history }) => ({ history: { ...history, sent: [...history.sent, never] } });
  const seen = (good: Evidence) => good.history.sent.map(({ topic, digest }) => `${topic} ${digest}`);

  it('what never came out of the broker is told, but breaks nothing', async () => {
    const tapped: Lie = (good) => ({ ...untapped(good), received: new Set(seen(good)) });
    await expect(brokenBy(tapped)).resolves.toEqual([]);
    const good = world.aGoodWorld();
    const report = await judgeBySlices({ ...good, ...tapped(good) }, 2);
    expect(report.checks.find((check) => check.name === 'lost before the bridge')).toMatchObject({
      verdict: 'not ours',
      count: 1,
      witnesses: [{ vehicleId: 'truck-2', messageId: never.messageId }],
    });
  });

  it('what the bridge was given and lost is lost by the bridge', async () => {
    const tapped: Lie = (good) => {
      const given = `${never.topic} ${digestOf(Buffer.from(body))}`;
      return { ...untapped(good), received: new Set([...seen(good), given]) };
    };
    await expect(brokenBy(tapped)).resolves.toEqual(['I1 lost']);
    await expect(brokenBy(untapped)).resolves.toEqual(['I1 lost']);
  });
});
