import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { renderReport } from '@navora/auditor';
import { SERVICES, type ServiceName } from '@navora/drill';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { ownEnvironment } from './cli-config.js';
import { earlierVersion, programsIn, type EarlierVersion } from './earlier-version.fixture.js';
import { runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { ShippedFolders } from './shipped.fixture.js';

const FROM = process.env['NAVORA_TEST_UPGRADE_FROM'];
const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const GRACE_MS = 25_000;

let earlier: EarlierVersion;
let today: ShippedFolders;
let running: RunningServices;

beforeAll(async () => {
  earlier = await earlierVersion(FROM);
  today = await ShippedFolders.make();
  await migratedBy(earlier.navora);
  running = await runServices({}, realServices(), earlier.programs);
}, 300_000);
afterAll(async () => {
  await running?.stop();
  today?.remove();
  earlier?.remove();
});

/** What the chart's Job does before anything else, and what it may be made to do again. */
async function migratedBy(navora: string): Promise<void> {
  const env = ownEnvironment(testEnvironment());
  await promisify(execFile)(process.execPath, [navora, 'migrate'], { env });
}

/**
 * As the chart replaces a pod: the old one drains and ends before the new one starts, of a Deployment (no surge) as of
 * a StatefulSet.
 */
async function replaced(service: ServiceName, program: string): Promise<void> {
  running.services.upgrade(service, program);
  const { how } = await running.services.hold(service, GRACE_MS);
  expect(how, `${service} drains and ends by itself`).toBe('exit code 0');
  running.services.release(service);
  await eventually(
    `${service} ready`,
    async () => (await running.services.processOf(service)?.ask('/health/ready'))?.status === 200,
    { withinMs: 90_000 },
  );
  expect(running.services.processOf(service)?.launch.program).toBe(program);
}

/** A cluster replaces the pods of all workloads at the same time, and waits for none of the others. */
async function allReplaced(programs: Record<ServiceName, string>): Promise<void> {
  await Promise.all(SERVICES.map((service) => replaced(service, programs[service])));
}

const moreSent = (fleet: Fleet, readings: number) => {
  const goal = fleet.stats().sent + readings;
  return eventually(`${readings} more readings sent`, () => fleet.stats().sent >= goal, {
    withinMs: 120_000,
  });
};

it(`W5: upgraded under load in the chart's order, rolled back and upgraded again: every promise held (seed ${SEED})`, async () => {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, 'history.jsonl');
  const load = { vehicles: 200, ratePerSecond: 300, seed: SEED, historyFile };
  const fleet = await startFleet({ mqttUrl, registryUrl, ...load });
  const now = programsIn(today.root);
  try {
    await moreSent(fleet, 3000);
    await migratedBy(join(today.of('navora'), 'main.mjs'));
    // Tables and schemas are of today, services are not yet.
    await moreSent(fleet, 3000);
    await allReplaced(now);
    await moreSent(fleet, 3000);
    await allReplaced(earlier.programs);
    await moreSent(fleet, 3000);
    await allReplaced(now);
    await moreSent(fleet, 3000);
  } finally {
    await fleet.stop({ graceMs: 60_000 });
  }
  const report = await auditOf([historyFile]);
  expect(renderReport(report), `from ${earlier.commit}`).toMatch(/\nheld$/);
  const { attempted, rows, deadLetters } = report.totals;
  expect({ rows, deadLetters }).toEqual({ rows: attempted, deadLetters: 0 });
  expect(running.endings, 'none ended but when it was told to').toEqual([]);
}, 900_000);
