import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { partitionOf } from '@navora/kafka';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deadLetters, NotingVehicle } from './dead-letters.fixture.js';
import { Erasing, QUIET, SHORT } from './erasing.fixture.js';
import { navora, runServices, type RunningServices } from './services.fixture.js';
import { layoutOf } from './stored-readings.js';
import { StoredAlerts } from './stored-alerts.js';
import { verdictOn } from './under-load.fixture.js';

let running: RunningServices;
let truck: NotingVehicle;
let erasing: Erasing;
let alerts: StoredAlerts;
let fleet: Fleet | undefined;
let victim: string;
beforeAll(async () => {
  running = await runServices();
  truck = await NotingVehicle.connect(running.folder);
  erasing = await Erasing.connect();
  alerts = new StoredAlerts(erasing.cassandra, erasing.keyspace);
});
afterAll(async () => {
  await fleet?.stop({ graceMs: 0 });
  await truck?.disconnect();
  await erasing?.close();
  await running?.stop();
});

const hot = (recordedAt = Date.now()) => ({ messageId: randomUUID(), recordedAt, engineTemperatureC: 130 });

async function opened(messageId: string): Promise<string> {
  return eventually(
    'its alert',
    async () => (await alerts.open(truck.id)).find(({ openedBy }) => openedBy === messageId)?.id,
  ) as Promise<string>;
}

it('of several vehicles under load two are erased: nothing of them is left, they go on, and the audit holds', async () => {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, 'fleet.jsonl');
  fleet = await startFleet({ mqttUrl, registryUrl, vehicles: 40, ratePerSecond: 80, seed: 7, historyFile });
  victim = `${fleet.prefix}-07`;

  const before = hot();
  await truck.send(before);
  await truck.send(Buffer.from('{"recordedAt":"yesterday"}'));
  const alert = await opened(before.messageId);
  const acted = await navora('alerts', 'ack', `${truck.id}/${alert}`, '--comment', 'driver called');
  expect(acted.code, acted.stderr).toBe(0);
  await eventually('rows of the victim', async () => (await erasing.rowsOf(victim)).length > 3);

  const cut = { look: () => Promise.reject(new Error('broken off')) };
  const timing = { ...SHORT, seenByAllMs: 0 };
  await expect(erasing.erase(truck.id, { remains: cut, timing })).rejects.toThrow('broken off');
  const resumed: boolean[] = [];
  const progress = { ...QUIET, fence: (_: unknown, before: boolean) => void resumed.push(before) };
  const [ofTruck, ofVictim] = await Promise.all(
    [truck.id, victim].map((id) => erasing.erase(id, { progress })),
  );
  expect(resumed.sort(), 'one was begun before').toEqual([false, true]);
  expect(ofTruck?.removed).toMatchObject({
    ...{ readings: 1, latest_readings: 1, alerts_by_day: 1, open_alerts: 1, alert_actions: 1 },
    // The state, the alert and its history.
    vehicle_alerts: 3,
  });
  expect(ofVictim?.removed['readings']).toBeGreaterThan(3);
  expect(ofTruck?.erasure.state).toBe('erased');
  for (const outcome of [ofTruck, ofVictim]) {
    const { vehicleId, erasedAt, requestedAt } = outcome?.erasure ?? {
      vehicleId: '',
      erasedAt: 0,
      requestedAt: 0,
    };
    expect(await erasing.left(vehicleId, erasedAt, requestedAt)).toEqual({});
  }
  expect(await alerts.ofVehicle(truck.id)).toEqual([]);
  expect(await alerts.open(truck.id)).toEqual([]);

  const { stdout: letters } = await deadLetters('list', '--vehicle', truck.id, '--json');
  const { id: letter } = JSON.parse(letters) as { id: string };
  const refused = await deadLetters('redrive', letter, '--yes');
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('was erased')]);

  // What comes until the fence is erased on sight; what comes later is the vehicle's, once.
  await truck.send(hot());
  await pause(Math.max(0, (ofTruck?.erasure.erasedAt ?? 0) - Date.now()) + 50);
  const after = hot();
  await truck.send(after);
  await opened(after.messageId);
  expect((await alerts.ofVehicle(truck.id)).map(({ openedBy }) => openedBy)).toEqual([after.messageId]);
  expect((await erasing.rowsOf(truck.id)).map(({ messageId }) => messageId)).toEqual([after.messageId]);
  await eventually('rows of the victim again', async () => (await erasing.rowsOf(victim)).length > 3);
  await fleet.stop({ graceMs: 30_000 });

  const { report, text } = await verdictOn([historyFile, truck.history]);
  expect(text).toMatch(/held$/);
  expect(report.totals.erased).toBeGreaterThanOrEqual(5);
  expect(running.restarts).toEqual([]);
});

it('the commands say what they would do, what was done, and what is no vehicle', async () => {
  const [wrong, asks, dry, listed, swept, strange] = await Promise.all([
    navora('vehicles', 'erase', 'no vehicle', '--yes'),
    navora('vehicles', 'erase', 'truck-1'),
    navora('vehicles', 'erase', truck.id, '--dry-run', '--json'),
    navora('vehicles', 'erasures', '--json'),
    navora('vehicles', 'sweep', truck.id),
    navora('vehicles', 'sweep', 'never-erased'),
  ]);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('is no vehicle id')]);
  expect([asks.code, asks.stderr]).toEqual([1, expect.stringContaining('say --yes; nothing was done')]);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    vehicleId: truck.id,
    found: { readings: 1, open_alerts: 1 },
  });
  const own = listed.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find(({ vehicleId }) => vehicleId === truck.id);
  expect(own).toMatchObject({ state: 'erased', by: 'a test', removed: { readings: 1 } });
  expect(Object.keys(own?.['kafkaUntil'] as object)).toHaveLength(3);
  expect([swept.code, swept.stdout]).toEqual([0, expect.stringContaining(`${truck.id}  nothing`)]);
  expect([strange.code, strange.stderr]).toEqual([1, expect.stringContaining('was never erased')]);
  expect((await erasing.rowsOf(truck.id)).length, 'what came after the fence is not touched').toBe(1);
});

it('a row that comes back is found by a sweep, and what came after the fence is not touched', async () => {
  const { shardCount, bucketMs } = await layoutOf(erasing.cassandra, erasing.keyspace);
  const erasure = await erasing.erasures.of(victim);
  const after = await erasing.rowsOf(victim);
  // What a service writes that was frozen between its look at the fences and its write.
  await erasing.cassandra.execute(
    `INSERT INTO ${erasing.keyspace}.readings (shard, bucket, vehicle_id, recorded_at, message_id, received_at)
     VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
    [
      ...[partitionOf(victim, shardCount), new Date(Math.floor(Date.now() / bucketMs) * bucketMs), victim],
      ...[new Date(), randomUUID(), new Date(erasure?.requestedAt ?? 0)],
    ],
    { prepare: true },
  );
  // What the alerts app had still to send, and what it noted when it sent something: nobody had a channel so far.
  const [alertId, noticeId, dueAt] = [randomUUID(), randomUUID(), new Date()];
  const notice = {
    id: noticeId,
    alert: { id: alertId, vehicleId: victim },
    receivedAt: erasure?.requestedAt,
  };
  await erasing.cassandra.execute(
    `INSERT INTO ${erasing.keyspace}.pending_notifications (channel, bucket, due_at, notification_id, version, notice)
     VALUES ('none', 0, ?, ?, 7, ?) USING TIMESTAMP 7`,
    [dueAt, noticeId, JSON.stringify(notice)],
    { prepare: true },
  );
  await erasing.cassandra.execute(
    `INSERT INTO ${erasing.keyspace}.notifications (notification_id, vehicle_id, alert_id, detail)
     VALUES (?, ?, ?, 'to ann@example.org') IF NOT EXISTS`,
    [noticeId, victim, alertId],
    { prepare: true },
  );
  const swept = await navora('vehicles', 'sweep', victim);
  expect([swept.code, swept.stdout]).toEqual([
    1,
    expect.stringContaining(
      'came back and was removed: readings 1, pending_notifications 1, notifications 1',
    ),
  ]);
  expect((await erasing.rowsOf(victim)).sort(byId)).toEqual(after.sort(byId));
  expect((await navora('vehicles', 'sweep', victim)).code).toBe(0);
});

const byId = (one: { messageId: string }, other: { messageId: string }) =>
  one.messageId < other.messageId ? -1 : 1;
