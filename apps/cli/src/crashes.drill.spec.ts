import { join } from 'node:path';
import { renderReport } from '@navora/auditor';
import { SERVICES, type ServiceName } from '@navora/drill';
import { eventually, realServices } from '@navora/testing';
import { startFleet, type Fleet } from '@navora/simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';

let running: RunningServices;

beforeAll(async () => {
  running = await runServices();
});
afterAll(async () => {
  await running?.stop();
});

const sent = (fleet: Fleet, readings: number) =>
  eventually(`${readings} readings sent`, () => fleet.stats().sent >= readings, { withinMs: 60_000 });

/** Under load, so that there is always something between store, publish and commit. */
async function fleetUnder(faults: (fleet: Fleet) => Promise<void>): Promise<string> {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, `history-${Date.now()}.jsonl`);
  const fleet = await startFleet({
    mqttUrl,
    registryUrl,
    vehicles: 300,
    ratePerSecond: 500,
    seed: 11,
    historyFile,
  });
  try {
    await faults(fleet);
  } finally {
    await fleet.stop({ graceMs: 60_000 });
  }
  return historyFile;
}

async function verdictOn(historyFile: string): Promise<string> {
  const report = await auditOf([historyFile]);
  expect(report.totals.acknowledged).toBeGreaterThan(3000);
  return renderReport(report);
}

async function kill(service: ServiceName): Promise<void> {
  const restartsBefore = running.restarts.length;
  const pid = running.services.pidOf(service);
  if (pid === undefined) throw new Error(`${service} does not run`);
  process.kill(pid, 'SIGKILL');
  await eventually(`the restart of ${service}`, () => running.restarts.length > restartsBefore);
  await eventually(
    `${service} at work again`,
    async () => (await running.services.metricsOf(service)) !== undefined,
    { withinMs: 60_000 },
  );
}

it('killing each service with -9 under load loses nothing, doubles nothing, and keeps order and alerts', async () => {
  const history = await fleetUnder(async (fleet) => {
    for (const service of SERVICES) {
      await sent(fleet, fleet.stats().sent + 1500);
      await kill(service);
    }
    await sent(fleet, fleet.stats().sent + 1500);
  });
  expect(running.restarts).toEqual([...SERVICES]);
  expect(await verdictOn(history)).toMatch(/\nheld$/);
}, 300_000);

it('killing all three at once does no more harm', async () => {
  const history = await fleetUnder(async (fleet) => {
    await sent(fleet, 2000);
    await Promise.all(SERVICES.map(kill));
    await sent(fleet, fleet.stats().sent + 2000);
  });
  expect(await verdictOn(history)).toMatch(/\nheld$/);
}, 300_000);
