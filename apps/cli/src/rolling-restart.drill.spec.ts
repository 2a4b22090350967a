import { join } from 'node:path';
import { renderReport } from '@navora/auditor';
import { SERVICES, type ServiceName } from '@navora/drill';
import { CALM, startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';

/** What each service has by default for finishing what it has: NAVORA_DRAIN_TIMEOUT_MS. */
const GRACE_MS = 20_000;

let running: RunningServices;

beforeAll(async () => {
  running = await runServices();
});
afterAll(() => running?.stop());

/** Every reading is sent once, so that whatever is there twice was doubled on the way. */
async function calmFleet(): Promise<{ fleet: Fleet; historyFile: string }> {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, `history-${Date.now()}.jsonl`);
  const load = { vehicles: 200, ratePerSecond: 500, seed: 5, imperfections: CALM };
  return { fleet: await startFleet({ mqttUrl, registryUrl, ...load, historyFile }), historyFile };
}

/** @returns whether it says that it is ready, or undefined while it does not answer. */
async function readinessOf(service: ServiceName): Promise<boolean | undefined> {
  const answer = await running.services.processOf(service)?.ask('/health/ready');
  return answer && answer.status === 200;
}

const moreSent = (fleet: Fleet, readings: number) => {
  const goal = fleet.stats().sent + readings;
  return eventually(`${readings} more readings sent`, () => fleet.stats().sent >= goal, { withinMs: 60_000 });
};

/** @returns what its readiness was from the signal on until it was gone. */
async function stopped(service: ServiceName): Promise<(boolean | undefined)[]> {
  const before = running.restarts.length;
  const pid = running.services.pidOf(service);
  if (pid === undefined) throw new Error(`${service} does not run`);
  process.kill(pid, 'SIGTERM');
  const readiness: (boolean | undefined)[] = [];
  await eventually(
    `I11: the end of ${service} within its grace time`,
    async () => {
      readiness.push(await readinessOf(service));
      return running.restarts.length > before;
    },
    { withinMs: GRACE_MS, everyMs: 1 },
  );
  return readiness;
}

const readyAgain = (service: ServiceName) =>
  eventually(`${service} ready again`, () => readinessOf(service), { withinMs: 90_000 });

async function counted(service: ServiceName, line: RegExp): Promise<number> {
  const metrics = (await running.services.metricsOf(service)) ?? '';
  return Number(line.exec(metrics)?.[1] ?? 0);
}

it('W5, W2: each service stopped and started again in turn under load loses nothing and doubles nothing', async () => {
  const { fleet, historyFile } = await calmFleet();
  try {
    for (const service of SERVICES) {
      await moreSent(fleet, 1000);
      const readiness = await stopped(service);
      const stopping = readiness.indexOf(false);
      const after = stopping === -1 ? [] : readiness.slice(stopping);
      expect(after, `I13: ${service} is never ready once it stops`).not.toContain(true);
      if (service !== 'mqtt-bridge')
        expect(stopping, `I13: ${service} is not ready while it drains`).not.toBe(-1);
      await readyAgain(service);
    }
    await moreSent(fleet, 1000);
  } finally {
    await fleet.stop({ graceMs: 60_000 });
  }
  expect(running.endings, 'I11: exit code 0').toEqual(SERVICES.map((service) => `${service}: exit code 0`));

  const report = await auditOf([historyFile]);
  expect(renderReport(report)).toMatch(/\nheld$/);
  const { acknowledged, inKafka, redelivered, rows, signals } = report.totals;
  expect({ redelivered, rows, signals }, 'I11: no duplicate').toEqual({
    ...{ redelivered: 0, rows: acknowledged, signals: inKafka },
  });
  const again = {
    processor: await counted(
      'processor',
      /^navora_processor_readings_total\{[^}]*status="already-stored"[^}]*\} (\d+)/m,
    ),
    alerts: await counted('alerts', /^navora_alerts_signals_total\{[^}]*outcome="replayed"[^}]*\} (\d+)/m),
  };
  expect(again, 'I11: no record consumed twice').toEqual({ processor: 0, alerts: 0 });
}, 300_000);
