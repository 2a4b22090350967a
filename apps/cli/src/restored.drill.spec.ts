import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from '@navora/drill';
import { loseDisk, takeAway } from '@navora/local-stack';
import { GROUPS } from '@navora/schemas';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alertsOfFleet } from './alerts-of-fleet.fixture.js';
import { migrateAll } from './migrate.js';
import { Nodetool } from './nodetool.fixture.js';
import { Office } from './office.fixture.js';
import { ONE_COPY, OwnStack } from './own-stack.fixture.js';
import { runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { Observer, verdictOn } from './under-load.fixture.js';

const STACK = 'restored';
const KEYSPACE = 'navora';
const CHANNEL = 'office';
const GRACE_MS = 26_000;

let folder: string;
let stack: OwnStack;
let office: Office;
let running: RunningServices;
let observer: Observer;
const histories: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'navora-restored-'));
  const started = await OwnStack.start(STACK);
  if (typeof started === 'string') throw new Error(started);
  stack = started;
  office = await Office.open(folder, CHANNEL, 'atMostEvery: 10s');
  running = await runServices({ ...ONE_COPY, NAVORA_NOTIFICATIONS_FILE: office.file }, stack.services);
  observer = await Observer.connect(stack.services);
}, 240_000);
afterAll(async () => {
  await running?.stop();
  await observer?.disconnect();
  office?.close();
  await stack?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** What a fleet with incidents sends in a quarter of a minute, all of it stored, judged and told. */
async function sentBy(prefix: string, seed: number): Promise<Fleet> {
  const { mqttUrl, registryUrl } = stack.services;
  const historyFile = join(folder, `${prefix}.jsonl`);
  histories.push(historyFile);
  const fleet = await startFleet({
    ...{ mqttUrl, registryUrl, prefix, seed, historyFile },
    ...{ vehicles: 200, ratePerSecond: 200, imperfections: { incidents: 60 }, durationMs: 15_000 },
  });
  await fleet.finished;
  await fleet.stop({ graceMs: 60_000 });
  await workedOff();
  return fleet;
}

function workedOff(): Promise<unknown> {
  return eventually(
    'all of it worked off and told',
    async () => (await observer.lag()) === 0 && (await observer.toBeTold(KEYSPACE, CHANNEL)) === 0,
    { withinMs: 180_000, everyMs: 500 },
  );
}

it('Cassandra is lost, and what it had is restored from a snapshot and from Kafka', async () => {
  const old = await sentBy('old', 51);
  const saved = join(folder, 'snapshot');
  const tables = await (await Nodetool.of(STACK)).snapshotTo(saved, KEYSPACE, 'before');
  const [oldAlerts, toldBefore] = [await alertsOfFleet(observer.cassandra, KEYSPACE, old.prefix), told()];
  const young = await sentBy('young', 52);
  const youngAlerts = await alertsOfFleet(observer.cassandra, KEYSPACE, young.prefix);
  for (const alerts of [oldAlerts, youngAlerts]) expect(alerts.length).toBeGreaterThan(20);
  const toldYoung = told().slice(toldBefore.length);

  await Promise.all(SERVICES.map((service) => running.services.hold(service, GRACE_MS)));
  const cassandraIsBack = await takeAway(STACK, 'cassandra');
  loseDisk(STACK, 'cassandra');
  await cassandraIsBack();
  await migrateAll({ ...testEnvironment(stack.services), ...ONE_COPY }, () => undefined);
  const nodetool = await Nodetool.of(STACK);
  for (const table of tables) await nodetool.run('import', KEYSPACE, table, join(saved, table));
  await observer.admin.deleteGroups([GROUPS.processor]);
  for (const service of SERVICES) running.services.release(service);
  await workedOff();

  const { report, text } = await verdictOn(histories, 90, stack.services);
  // Offsets were set back, and what came after the snapshot was stored again: that much, and nothing else.
  expect(text).toMatch(/\nbroken: I3 rewritten, I6 offsets decreased$/);
  expect(text).toMatch(new RegExp(`^ +rewritten ${young.stats().sent}$`, 'm'));
  expect(report.totals.rows).toBe(report.totals.attempted);
  expect(await alertsOfFleet(observer.cassandra, KEYSPACE, old.prefix)).toEqual(oldAlerts);
  expect(idsOf(await alertsOfFleet(observer.cassandra, KEYSPACE, young.prefix))).toEqual(idsOf(youngAlerts));
  const toldAgain = told().slice(toldBefore.length + toldYoung.length);
  expect(
    toldAgain.filter((webhookId) => !toldYoung.includes(webhookId)),
    'only what was told after the snapshot may be told once more',
  ).toEqual([]);
}, 900_000);

const told = () => office.told.map(({ webhookId }) => webhookId);
const idsOf = (alerts: readonly { id: string }[]) => alerts.map(({ id }) => id);
