import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@navora/schemas';
import { startFleet } from '@navora/simulator';
import { eventually, ownName, realServices, ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alertsOfFleet } from './alerts-of-fleet.fixture.js';
import { Office } from './office.fixture.js';
import { navora, runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { Observer } from './under-load.fixture.js';

const KEYSPACE = 'navora';
const EMPTIED = ['vehicle_alerts', 'alerts_by_day', 'open_alerts', 'alert_marks'];
const VEHICLES = 200;

const channel = ownName('office').replace('_', '-');
const group = ownName('rebuilding');
let folder: string;
let office: Office;
let running: RunningServices;
let observer: Observer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'navora-rebuilt-'));
  office = await Office.open(folder, channel, 'atMostEvery: 10s');
  running = await runServices({ NAVORA_NOTIFICATIONS_FILE: office.file });
  observer = await Observer.connect();
});
afterAll(async () => {
  await running?.stop();
  await observer?.admin.deleteGroups([group]).catch(() => undefined);
  await observer?.disconnect();
  office?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await navora('alerts', ...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** What people did about alerts: each of the three things they can do. */
async function peopleAct(alerts: readonly string[]): Promise<void> {
  const [first = '', second = '', third = ''] = alerts;
  await done('ack', first, '--by', 'ann', '--comment', 'driver called');
  await done('assign', second, 'bob', '--by', 'ann');
  await done('comment', third, 'coolant refilled', '--by', 'bob');
  await done('ack', third, '--by', 'bob');
}

it('P20: alerts built anew from the first signal on are the same ones, with all that people did, and nobody is told again', async () => {
  const { mqttUrl, registryUrl } = realServices();
  const imperfections = { incidents: 60 };
  const fleet = await startFleet({
    ...{ mqttUrl, registryUrl, vehicles: VEHICLES, ratePerSecond: VEHICLES, seed: 44, imperfections },
    durationMs: 30_000,
  });
  await fleet.finished;
  await fleet.stop({ graceMs: 60_000 });
  await eventually(
    'all of it worked off and told',
    async () => (await observer.lag()) === 0 && (await observer.toBeTold(KEYSPACE, channel)) === 0,
    { withinMs: 120_000, everyMs: 500 },
  );
  const before = await alertsOfFleet(observer.cassandra, KEYSPACE, fleet.prefix);
  expect(before.length).toBeGreaterThan(50);
  const acted = before.slice(0, 3).map(({ vehicleId, id }) => `${vehicleId}/${id}`);
  await peopleAct(acted);
  const stories = () => Promise.all(acted.map((alert) => done('show', alert, '--json')));
  const storiesBefore = await stories();
  const told = office.told.length;
  expect(told).toBeGreaterThan(50);

  await running.services.hold('alerts', 26_000);
  for (const table of EMPTIED) await observer.cassandra.execute(`TRUNCATE ${KEYSPACE}.${table}`);
  expect(await alertsOfFleet(observer.cassandra, KEYSPACE, fleet.prefix)).toEqual([]);
  const rebuilding = await ServiceProcess.start('alerts', {
    ...testEnvironment(),
    NAVORA_ALERTS_GROUP: group,
    NAVORA_NOTIFICATIONS_FILE: office.file,
  });
  await eventually(
    'all signals judged again',
    async () => (await observer.behind({ groupId: group, topic: TOPICS.signals })) === 0,
    { withinMs: 300_000, everyMs: 500 },
  );
  // A window that a notification might wait for would have ended by then.
  await eventually('nothing to tell', async () => (await observer.toBeTold(KEYSPACE, channel)) === 0, {
    withinMs: 30_000,
  });
  expect(await rebuilding.end('SIGTERM'), rebuilding.said.slice(-2000)).toBe(0);

  expect(await alertsOfFleet(observer.cassandra, KEYSPACE, fleet.prefix)).toEqual(before);
  expect(await stories()).toEqual(storiesBefore);
  expect(office.told.length - told, 'told again').toBe(0);
}, 600_000);
