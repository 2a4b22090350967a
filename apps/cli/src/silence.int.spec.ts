import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { renderReport } from '@navora/auditor';
import { CALM, startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';
import { Observer } from './under-load.fixture.js';

const SILENT_FOR_MS = 4000;
const VEHICLES = 5;
const folder = mkdtempSync(join(tmpdir(), 'navora-silence-'));
const rulesFile = join(folder, 'rules.yaml');
const mark = Date.now().toString(36);

let running: RunningServices;
let observer: Observer;
const historyFiles: string[] = [];

beforeAll(async () => {
  writeFileSync(
    rulesFile,
    `rules: [{ id: gone-quiet, silentFor: ${SILENT_FOR_MS / 1000}s, severity: warning }]\n`,
  );
  running = await runServices({ NAVORA_RULES_FILE: rulesFile, NAVORA_MQTT_HEARTBEAT_SECONDS: '1' });
  observer = await Observer.connect();
});
afterAll(async () => {
  await observer?.disconnect();
  await running?.stop();
});

function fleetOf(name: string): Promise<Fleet> {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(folder, `history-${historyFiles.length}.jsonl`);
  historyFiles.push(historyFile);
  const drive = { vehicles: VEHICLES, ratePerSecond: 2 * VEHICLES, imperfections: CALM };
  return startFleet({
    mqttUrl,
    registryUrl,
    prefix: `${name}-${mark}`,
    seed: historyFiles.length,
    historyFile,
    ...drive,
  });
}

async function openOf(name: string): Promise<number> {
  const { rows } = await observer.cassandra.execute('SELECT vehicle_id, rule FROM navora.open_alerts');
  const prefix = `${name}-${mark}`;
  return rows.filter(
    (row) => row['rule'] === 'gone-quiet' && (row['vehicle_id'] as string).startsWith(prefix),
  ).length;
}

it('a silent vehicle is noticed while it is silent, and nobody is while the bridge is', async () => {
  const alive = await fleetOf('alive');
  const quiet = await fleetOf('quiet');
  await eventually('both heard of', () => quiet.stats().sent > 10 * VEHICLES, { withinMs: 60_000 });
  await quiet.stop({ graceMs: 30_000 });
  await eventually('the alerts of the silent', async () => (await openOf('quiet')) === VEHICLES, {
    withinMs: 60_000,
  });
  expect(await openOf('alive')).toBe(0);

  const bridge = running.services.pidOf('mqtt-bridge') ?? Number.NaN;
  process.kill(bridge, 'SIGSTOP');
  await pause(SILENT_FOR_MS + 4000);
  process.kill(bridge, 'SIGCONT');
  const sentBefore = alive.stats().sent;
  await eventually('the living heard of again', () => alive.stats().sent > sentBefore + 10 * VEHICLES, {
    withinMs: 60_000,
  });
  await eventually('all of it judged', async () => (await observer.lag()) < 10 * VEHICLES);
  expect(await openOf('alive'), 'silence of ours').toBe(0);

  const back = await fleetOf('quiet');
  await eventually('no alert of those who are back', async () => (await openOf('quiet')) === 0, {
    withinMs: 60_000,
  });
  await back.stop({ graceMs: 30_000 });
  await alive.stop({ graceMs: 30_000 });
  const report = await auditOf(historyFiles, { rulesFile });
  expect(renderReport(report)).toMatch(/\nheld$/);
}, 300_000);
