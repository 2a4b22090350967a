import { randomUUID } from 'node:crypto';
import type { Reading } from '@navora/schemas';
import { aReading, eventually, type ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessorRig } from './testing/processor-rig.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let rig: ProcessorRig;
let processor: ServiceProcess;
beforeAll(async () => {
  rig = await ProcessorRig.create();
  processor = await rig.start();
}, 120_000);
afterAll(() => rig.drop(), 60_000);

/** Everything sent so far is resolved; what became of one vehicle's readings. */
async function whatBecameOf(vehicleId: string) {
  await rig.untilAllIsCommitted();
  const rows = (await rig.rows()).filter((row) => row.vehicleId === vehicleId);
  const letters = (await rig.deadLetters()).filter((letter) => letter.vehicleId === vehicleId);
  const signals = (await rig.signals()).filter((signal) => signal.vehicleId === vehicleId);
  return { rows, letters, signals };
}

it('P11: other content under one id is a dead letter, and the first row stays as it was', async () => {
  const first = aReading({ vehicleId: 'p11', speedKph: 50 });
  await rig.sendReadings(first);
  const before = await whatBecameOf('p11');
  await rig.sendReadings({ ...first, speedKph: 90 }, aReading({ vehicleId: 'p11', speedKph: 51 }));
  const { rows, letters, signals } = await whatBecameOf('p11');
  expect(rows).toHaveLength(2);
  expect(rows.find(({ messageId }) => messageId === first.messageId)).toEqual(before.rows[0]);
  expect(letters).toMatchObject([
    { reason: 'conflicting-reading', error: expect.stringContaining('speedKph') },
  ]);
  expect(signals).toHaveLength(2);
});

it('P26: one id twice in a fetch is one row with equal content, and with different content the first of them', async () => {
  const equal = aReading({ vehicleId: 'p26', recordedAt: Date.now() - 2000 });
  const different = aReading({ vehicleId: 'p26', recordedAt: Date.now() - 1000, speedKph: 10 });
  await rig.sendReadings(equal, equal, different, { ...different, speedKph: 20 });
  const { rows, letters, signals } = await whatBecameOf('p26');
  expect(rows.map(({ messageId, speedKph }) => [messageId, speedKph]).sort()).toEqual(
    [
      [equal.messageId, equal.speedKph],
      [different.messageId, 10],
    ].sort(),
  );
  expect(letters.map(({ reason }) => reason)).toEqual(['conflicting-reading']);
  expect(new Set(signals.map(({ messageId }) => messageId)).size).toBe(2);
});

it('the same reading delivered again, by whatever way, is one row whose write time does not change', async () => {
  const reading = aReading({ vehicleId: 'again' });
  await rig.sendReadings(reading);
  const before = await whatBecameOf('again');
  for (let i = 0; i < 5; i++) await rig.sendReadings(reading);
  const { rows, letters, signals } = await whatBecameOf('again');
  expect(rows).toEqual(before.rows);
  expect(rows).toHaveLength(1);
  expect(letters).toEqual([]);
  // Each delivery may be the one whose signal was lost, so each is signalled, with the origin of the first.
  expect(new Set(signals.map((signal) => JSON.stringify(signal))).size).toBe(1);
});

it('P14: clocks that are wrong are judged by the time of receipt, and the same on a replay', async () => {
  const receivedAt = Date.now() - 10 * MINUTE_MS;
  const at = (ms: number, over: Partial<Reading> = {}) =>
    aReading({ vehicleId: 'p14', recordedAt: receivedAt + ms, ...over });
  const readings = {
    hourBehind: at(-HOUR_MS),
    onTime: at(0, { speedKph: 1 }),
    hourAhead: at(HOUR_MS, { engineTemperatureC: 140 }),
    nearlyAnHourAhead: at(59 * MINUTE_MS, { engineTemperatureC: 140 }),
    corrected: at(1000, { speedKph: 2 }),
    farFuture: at(40 * 365 * DAY_MS),
    epoch: at(0, { recordedAt: 0 }),
    beyondRetention: at(-366 * DAY_MS),
    dayBeforeRetention: at(-364 * DAY_MS),
  };
  await rig.send(...Object.values(readings).map((reading) => rig.record(reading, { timestamp: receivedAt })));
  const first = await whatBecameOf('p14');
  const { hourAhead, nearlyAnHourAhead, farFuture, epoch, beyondRetention, ...believed } = readings;
  const idsOf = (list: { messageId: string }[]) => list.map(({ messageId }) => messageId).sort();
  const suspects = [hourAhead, nearlyAnHourAhead, farFuture];
  expect(idsOf(first.rows.filter(({ clockSuspect }) => clockSuspect))).toEqual(idsOf(suspects));
  expect(idsOf(first.rows.filter(({ clockSuspect }) => !clockSuspect))).toEqual(
    idsOf(Object.values(believed)),
  );
  expect(first.letters.map(({ reason }) => reason)).toEqual(['beyond-retention', 'beyond-retention']);
  expect(idsOf(first.signals.filter(({ verdicts }) => verdicts.length === 0))).toEqual(idsOf(suspects));
  expect(await rig.latest('p14')).toMatchObject({ messageId: readings.corrected.messageId, speedKph: 2 });

  // Delivered again with the same time of receipt, as a replay does: nothing is decided anew.
  expect([epoch.recordedAt, beyondRetention.vehicleId]).toEqual([0, 'p14']);
  await rig.send(...Object.values(readings).map((reading) => rig.record(reading, { timestamp: receivedAt })));
  const again = await whatBecameOf('p14');
  const byId = (one: { messageId: string }, other: { messageId: string }) =>
    one.messageId < other.messageId ? -1 : 1;
  expect([...again.rows].sort(byId)).toEqual([...first.rows].sort(byId));
  expect(await rig.latest('p14')).toMatchObject({ messageId: readings.corrected.messageId });
});

it('P22: a tombstone and a record without a key are dead letters, and the partition goes on', async () => {
  const behind = aReading({ vehicleId: 'p22' });
  await rig.send(
    { key: 'p22', value: null },
    { key: 'p22', value: Buffer.alloc(0) },
    rig.record(aReading({ vehicleId: 'p22-keyless' }), { key: null }),
    rig.record(aReading({ vehicleId: 'p22' }), { key: 'p22-other' }),
    rig.record(behind),
  );
  const { rows, letters } = await whatBecameOf('p22');
  expect(rows.map(({ messageId }) => messageId)).toEqual([behind.messageId]);
  expect(letters.map(({ reason }) => reason)).toEqual(['empty-body', 'empty-body']);
  const others = (await rig.deadLetters()).filter(({ reason }) => reason === 'vehicle-mismatch');
  expect(others.map(({ vehicleId }) => vehicleId).sort()).toEqual(['p22-other', null].sort());
  expect(others.every(({ value }) => value !== null && value.length > 0)).toBe(true);
});

it('P19: a body that claims to be huge is a dead letter at once, and costs neither time nor memory', async () => {
  const good = rig.record(aReading({ vehicleId: 'p19', extras: {} }));
  const body = good.value as Buffer;
  // The map of extras is the last field: one zero byte when it is empty. Each bomb claims more than there is.
  const head = body.subarray(0, -1);
  const bombs = {
    blockOfExtremeCount: Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f]),
    millionEntries: Buffer.from([0x80, 0x89, 0x7a, 0x00]),
    negativeCount: Buffer.from([0x01, 0x02, 0x00]),
    longKey: Buffer.from([0x02, 0xfe, 0xff, 0xff, 0xff, 0x0f]),
    negativeKey: Buffer.from([0x02, 0x03]),
    branchThatIsNone: Buffer.from([0x02, 0x02, 0x61, 0x40]),
    endlessNumber: Buffer.alloc(60_000, 0xff),
  };
  const before = processor.residentBytes;
  const start = Date.now();
  await rig.send(
    ...Object.values(bombs).map((bomb) => ({ key: 'p19', value: Buffer.concat([head, bomb]) })),
    good,
  );
  const { rows, letters } = await whatBecameOf('p19');
  expect(letters.map(({ reason }) => reason)).toEqual(Object.keys(bombs).map(() => 'malformed-body'));
  expect(rows).toHaveLength(1);
  expect(Date.now() - start).toBeLessThan(20_000);
  expect(processor.residentBytes - before).toBeLessThan(150 * 1024 * 1024);
});

it('P20: a group set back to the earliest offset changes no row, no write time and no latest state', async () => {
  const vehicles = ['p20-a', 'p20-b'];
  await rig.sendReadings(
    ...Array.from({ length: 200 }, (_, i) =>
      aReading({ vehicleId: vehicles[i % 2], recordedAt: Date.now() - 60_000 + i, messageId: randomUUID() }),
    ),
  );
  await rig.untilAllIsCommitted();
  const state = async () => ({
    rows: (await rig.rows())
      .map((row) =>
        JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      )
      .sort(),
    latest: await Promise.all(['p14', ...vehicles].map((vehicle) => rig.latest(vehicle))),
    signals: new Set((await rig.signals()).map((signal) => JSON.stringify(signal))),
  });
  const before = await state();
  expect(await processor.end('SIGTERM'), 'I11').toBe(0);
  await rig.admin.resetOffsets({ groupId: rig.group, topic: rig.topics.readings, earliest: true });
  expect(await rig.uncommitted()).toBeGreaterThan(200);
  processor = await rig.start();
  await rig.untilAllIsCommitted();
  expect(await state(), 'I3').toEqual(before);
  await eventually(
    'the metric of readings stored before',
    async () => (await processor.metric('navora_processor_readings_total')) > 200,
  );
}, 180_000);
