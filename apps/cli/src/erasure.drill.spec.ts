import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { KafkaStanding } from '@navora/drill';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { ownEnvironment } from './cli-config.js';
import { Erasing } from './erasing.fixture.js';
import { navora, runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { Observer, verdictOn } from './under-load.fixture.js';
import { workspaceRoot } from './workspace.js';

const VEHICLES = 100;

let running: RunningServices;
let observer: Observer;
let erasing: Erasing;
let fleet: Fleet | undefined;
beforeAll(async () => {
  running = await runServices();
  observer = await Observer.connect();
  erasing = await Erasing.connect();
});
afterAll(async () => {
  await fleet?.stop({ graceMs: 0 });
  await erasing?.close();
  await observer?.disconnect();
  await running?.stop();
});

/** The command as people run it, with the waits that are real; ended when it says this. */
async function endedAt(said: string, ...args: string[]): Promise<void> {
  const program = join(workspaceRoot, 'apps/cli/bin/navora.mjs');
  const child = spawn(process.execPath, [program, ...args], { env: ownEnvironment(testEnvironment()) });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    if (output.includes(said)) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  expect(output).toContain(said);
}

/** All that is stored of all vehicles, with write times. */
async function everything(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const query of [
    'SELECT vehicle_id, recorded_at, message_id, received_at, WRITETIME(received_at) FROM readings',
    'SELECT vehicle_id, state FROM latest_readings',
    'SELECT vehicle_id, kind, id, state_version, status, WRITETIME(state) FROM vehicle_alerts',
    'SELECT vehicle_id, alert_id, status FROM alerts_by_day',
    'SELECT vehicle_id, alert_id, rule FROM open_alerts',
  ]) {
    const from = query.replace('FROM ', `FROM ${erasing.keyspace}.`);
    const result = await erasing.cassandra.execute(from, [], { prepare: true, fetchSize: 2000 });
    for await (const row of result) {
      const text = JSON.stringify(row, (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}` : value,
      );
      const vehicle = row['vehicle_id'] as string;
      found.set(vehicle, [...(found.get(vehicle) ?? []), text]);
    }
  }
  for (const rows of found.values()) rows.sort();
  return found;
}

it('what was erased with the real waits, by a command that was killed in between, no replay of everything brings back', async () => {
  const { mqttUrl, registryUrl, kafkaBrokers } = realServices();
  const historyFile = join(running.folder, 'fleet.jsonl');
  const imperfections = { incidents: 60 };
  fleet = await startFleet({
    ...{ mqttUrl, registryUrl, vehicles: VEHICLES, ratePerSecond: VEHICLES, seed: 31, imperfections },
    historyFile,
  });
  const victims = ['007', '042'].map((number) => `${fleet?.prefix}-${number}`);
  const [first = '', second = ''] = victims;
  await eventually('rows', async () => (await erasing.rowsOf(first)).length > 10);
  await endedAt('waiting', 'vehicles', 'erase', first, '--yes');
  const runs = await Promise.all(
    [first, second].map((id) => navora('vehicles', 'erase', id, '--yes', '--json', '--by', 'ann')),
  );
  expect(
    runs.map(({ code }) => code),
    runs.map(({ stderr }) => stderr).join('\n'),
  ).toEqual([0, 0]);
  expect(runs[0]?.stderr).toContain('goes on with what was begun before');
  const erasures = runs.map(({ stdout }) => JSON.parse(stdout) as { erasedAt: string; removedNow: object });
  expect(erasures.map(({ removedNow }) => removedNow)).toMatchObject([{ latest_readings: 1 }, {}]);
  const behind = Math.max(...erasures.map(({ erasedAt }) => Date.parse(erasedAt)));
  await eventually(
    'readings of after the fence',
    async () => {
      const rows = await Promise.all(victims.map((id) => erasing.rowsOf(id)));
      return Date.now() > behind && rows.every((all) => all.length > 5);
    },
    { withinMs: 180_000 },
  );
  await fleet.stop({ graceMs: 60_000 });

  const { report, text } = await verdictOn([historyFile]);
  expect(text).toMatch(/held$/);
  expect(report.totals.erased).toBeGreaterThan(20);

  const before = await everything();
  for (const service of ['processor', 'alerts'] as const) await running.services.hold(service, 26_000);
  const standing = new KafkaStanding(kafkaBrokers);
  await standing.resetToEarliest();
  standing.forget();
  for (const service of ['processor', 'alerts'] as const) running.services.release(service);
  await eventually('all of it again', async () => (await observer.lag()) === 0, {
    withinMs: 240_000,
    everyMs: 500,
  });
  const after = await everything();
  for (const victim of victims) expect(after.get(victim), victim).toEqual(before.get(victim));
  expect([...after.keys()].filter((id) => after.get(id)?.join() !== before.get(id)?.join())).toEqual([]);
  const again = await auditOf([historyFile], { allowResets: true });
  expect(again.broken).toEqual([]);
  expect(again.totals.erased).toBe(report.totals.erased);
  expect((await navora('vehicles', 'sweep', ...victims)).code).toBe(0);
}, 900_000);
