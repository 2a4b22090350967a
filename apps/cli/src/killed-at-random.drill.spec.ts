import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName, ServiceProcess } from '@navora/drill';
import { Random, startFleet } from '@navora/simulator';
import { eventually, ownName, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alertsOfFleet } from './alerts-of-fleet.fixture.js';
import { Office, type Told } from './office.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';
import { Observer } from './under-load.fixture.js';
import { UndisturbedTwin } from './undisturbed-twin.fixture.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const KILLS = Number(process.env['NAVORA_TEST_KILLS'] ?? 20);
const VEHICLES = 200;
const PAUSE_MS = { least: 1000, most: 8000 };
/** A window short enough that several of them end during the test. */
const ROUTE = 'atMostEvery: 20s';
/** One channel may be at so many attempts when its process dies. */
const ATTEMPTS_AT_ONCE = 4;

const random = new Random(SEED, 'kills');
const channel = ownName('office').replace('_', '-');
let folder: string;
let office: Office;
let running: RunningServices;
let observer: Observer;
let twin: UndisturbedTwin;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'navora-killed-'));
  office = await Office.open(folder, channel, ROUTE);
  running = await runServices({ NAVORA_NOTIFICATIONS_FILE: office.file });
  observer = await Observer.connect();
});
afterAll(async () => {
  await running?.stop();
  await twin?.dispose();
  await observer?.disconnect();
  office?.close();
  rmSync(folder, { recursive: true, force: true });
});

const CONSUMERS = ['processor', 'alerts'] as const satisfies ServiceName[];

/** The second process of a service; the first is started again by itself. */
const seconds = new Map<ServiceName, ServiceProcess>();

/** Kills one of the two processes of one of the two services, and sees to it that there are two again. */
async function killOne(): Promise<ServiceName> {
  const service = random.chance(0.5) ? 'processor' : 'alerts';
  if (random.chance(0.5)) {
    const first = running.services.processOf(service);
    first?.kill('SIGKILL');
    await first?.ended;
  } else {
    const second = seconds.get(service);
    second?.kill('SIGKILL');
    await second?.ended;
    seconds.set(service, await running.services.extra(service));
  }
  return service;
}

const distinct = (told: readonly Told[]) =>
  [...new Map(told.map((one) => [one.webhookId, one])).values()].sort((one, other) =>
    one.webhookId < other.webhookId ? -1 : 1,
  );

it(`A2: two processors and two alerts services, killed at random, raise and tell what undisturbed ones do (seed ${SEED})`, async () => {
  const { mqttUrl, registryUrl } = realServices();
  for (const service of CONSUMERS) seconds.set(service, await running.services.extra(service));
  twin = await UndisturbedTwin.fromNowOn(observer);
  const imperfections = { incidents: 60 };
  const fleet = await startFleet({
    ...{ mqttUrl, registryUrl, vehicles: VEHICLES, ratePerSecond: VEHICLES, seed: SEED, imperfections },
  });
  await eventually('a fleet under way', () => fleet.stats().sent > 5 * VEHICLES, { withinMs: 60_000 });

  const killed: ServiceName[] = [];
  while (killed.length < KILLS) {
    await pause(PAUSE_MS.least + random.next() * (PAUSE_MS.most - PAUSE_MS.least));
    killed.push(await killOne());
  }
  const { sent } = await fleet.stop({ graceMs: 60_000 });
  await eventually(
    'all of it worked off and told',
    async () => (await observer.lag()) === 0 && (await observer.toBeTold('navora', channel)) === 0,
    { withinMs: 180_000, everyMs: 500 },
  );
  await running.stop();

  const undisturbedOffice = await Office.open(mkdtempSync(join(folder, 'twin-')), channel, ROUTE);
  try {
    await twin.catchUp(undisturbedOffice.file, channel);
  } finally {
    undisturbedOffice.close();
  }

  const expected = await alertsOfFleet(observer.cassandra, twin.keyspace, fleet.prefix);
  expect(await alertsOfFleet(observer.cassandra, 'navora', fleet.prefix)).toEqual(expected);
  expect(distinct(office.told)).toEqual(distinct(undisturbedOffice.told));
  const again = office.told.length - distinct(office.told).length;
  const alertsKilled = killed.filter((service) => service === 'alerts').length;
  expect(again, 'told again').toBeLessThanOrEqual(alertsKilled * ATTEMPTS_AT_ONCE);
  // What the test tested at all.
  expect(expected.length).toBeGreaterThan(100);
  expect(distinct(office.told).length).toBeGreaterThan(100);
  expect(undisturbedOffice.told.length).toBe(distinct(undisturbedOffice.told).length);
  console.log(
    `${sent} readings, ${killed.length} kills (${alertsKilled} of alerts services): ${expected.length} alerts, ${distinct(office.told).length} notifications, ${again} of them told again`,
  );
}, 900_000);
