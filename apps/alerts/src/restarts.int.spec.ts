import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { manySignals, repeatedly, seeded } from './testing/many-signals.js';
import { alertsOf } from './testing/plain-alerts.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const KILLS = Number(process.env['NAVORA_TEST_KILLS'] ?? 2);

let rig: AlertsRig;
beforeAll(async () => {
  rig = await AlertsRig.create(process.env);
}, 60_000);
afterAll(() => rig.drop(), 60_000);

it(`A1, A2: keeps its alerts through kill -9, doubled signals and a new group from offset 0 (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const signals = manySignals(2250 * KILLS, 60, random);
  await rig.topic.send(repeatedly(signals, random));
  const expected = alertsOf(signals);
  expect(expected.length).toBeGreaterThan(75 * KILLS);

  const [group, another] = rig.groups;
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = await rig.start(group);
    await victim.untilItSays('group_joined');
    await pause(200 + random() * 1500); // somewhere in its work
    expect(await victim.end('SIGKILL')).toBeNull();
  }
  const survivor = await rig.start(group);
  // Those before may have left it nothing to do, and it is to end like one that runs.
  await survivor.untilItSays('group_joined');
  await rig.untilAllIsCommitted(group);
  expect(await survivor.end('SIGTERM'), survivor.said.slice(-2000)).toBe(0);
  await rig.expectAlertsOf(signals);

  const replayer = await rig.start(another);
  await rig.untilAllIsCommitted(another);
  expect(await replayer.end('SIGTERM')).toBe(0);
  await rig.expectAlertsOf(signals);
}, 240_000);

it(`A1: keeps its alerts when a frozen process comes back beside its successor (seed ${SEED})`, async () => {
  const random = seeded(SEED + 1);
  const signals = manySignals(3000, 60, random);
  const other = await AlertsRig.create(process.env);
  try {
    await other.topic.send(repeatedly(signals, random));
    const [group] = other.groups;
    const zombie = await other.start(group);
    await zombie.untilItSays('group_joined');
    await pause(200 + random() * 300); // somewhere in its work
    zombie.freeze();
    const successor = await other.start(group);
    await successor.untilItSays('group_joined');
    await pause(random() * 300);
    zombie.thaw();
    await other.untilAllIsCommitted(group);
    expect([await zombie.end('SIGTERM'), await successor.end('SIGTERM')], zombie.said).toEqual([0, 0]);
    await other.expectAlertsOf(signals);
  } finally {
    await other.drop();
  }
}, 120_000);

it('says in one sentence what is missing, and ends with 1', async () => {
  const started = await rig.start(rig.groups[0], { NAVORA_CASSANDRA_KEYSPACE: 'not_there' });
  expect(await started.ended()).toBe(1);
  expect(started.said).toContain(
    'alerts: keyspace not_there has no table vehicle_alerts, alerts_by_day, open_alerts, alert_marks, pending_notifications, notifications, notification_marks: run `navora migrate` first',
  );
}, 60_000);
