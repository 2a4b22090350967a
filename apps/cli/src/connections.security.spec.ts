import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BrokerWatcher,
  eventually,
  operatorSettings,
  OwnDevices,
  OwnSecureBroker,
  ownName,
} from '@navora/testing';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { navoraIn, testEnvironment } from './services.fixture.js';

let broker: OwnSecureBroker;
let devices: OwnDevices;
let watcher: BrokerWatcher;
const clients: MqttClient[] = [];

const watch = () => BrokerWatcher.beside(broker, ownEnvironment(testEnvironment()));
beforeAll(async () => {
  broker = await OwnSecureBroker.start();
  devices = await OwnDevices.of(broker);
  watcher = await watch();
}, 120_000);
afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await watcher?.dispose();
  await broker?.dispose();
});

async function connect(vehicle: string): Promise<MqttClient> {
  const { cert, key } = await devices.issue(vehicle);
  const client = await connectAsync(
    broker.url,
    {
      ...{ ca: readFileSync(broker.tls.servicesCa), cert, key },
      ...{ clientId: vehicle, protocolVersion: 5, reconnectPeriod: 0 },
    },
    false,
  );
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

const navora = (...args: string[]) => navoraIn(operatorSettings(broker), ...args);

/** What is recorded of a vehicle, oldest first: the change, and why. */
async function recordedOf(vehicle: string): Promise<string[]> {
  const { stdout } = await navora('devices', 'connections', vehicle, '--json');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { change: string; reason?: string })
    .map(({ change, reason }) => (reason === undefined ? change : `${change}: ${reason}`))
    .reverse();
}

const isRecorded = (vehicle: string, ...changes: string[]) =>
  eventually(
    `${changes.join(', ')} of ${vehicle}`,
    async () => JSON.stringify(await recordedOf(vehicle)) === JSON.stringify(changes),
    { everyMs: 500 },
  );

it('records when a vehicle came and went, and shows it newest first', async () => {
  const id = ownName('truck');
  await (await connect(id)).endAsync();
  await isRecorded(id, 'online', 'offline: left');
  const { stdout } = await navora('devices', 'connections', id, '--from', '1h');
  const [head, newest, oldest, count] = stdout.trim().split('\n');
  expect(head).toMatch(/^AT +VEHICLE +CHANGE +WHY +ADDRESS +BROKER$/);
  expect(newest).toMatch(new RegExp(`^\\S+Z +${id} +offline +left +- +\\S+$`));
  expect(oldest).toMatch(new RegExp(`^\\S+Z +${id} +online +- +127\\.0\\.0\\.1:\\d+ +\\S+$`));
  expect(count).toMatch(/^2 changes since /);
  expect((await navora('devices', 'connections', id, '--from', '2099-01-01')).stdout).toMatch(/^0 changes/);
  expect((await navora('devices', 'connections', '--limit', '500')).stdout).toContain(`${id} `);
});

it('tells with a device whether it is online, and that it was us who ended its connection', async () => {
  const id = ownName('truck');
  const bundles = mkdtempSync(join(tmpdir(), 'navora-bundles-'));
  expect((await navora('devices', 'add', id, '--out', bundles)).code).toBe(0);
  rmSync(bundles, { recursive: true });
  expect((await navora('devices', 'show', id)).stdout).toContain('no connection is recorded');
  await connect(id);
  await isRecorded(id, 'online');
  expect((await navora('devices', 'show', id)).stdout).toMatch(/\nonline since \S+Z, as far as recorded\n/);
  const shown = JSON.parse((await navora('devices', 'show', id, '--json')).stdout) as object;
  expect(shown).toMatchObject({ connections: [{ change: 'online' }] });
  await navora('devices', 'revoke', id);
  await isRecorded(id, 'online', 'taken-over: ended-by-operator');
  expect((await navora('devices', 'show', id)).stdout).toContain('\noffline since ');
});

it('takes all vehicles for offline when the broker was killed, and follows its successor', async () => {
  const [stays, leaves] = [ownName('truck'), ownName('truck')];
  await connect(stays);
  await connect(leaves);
  await isRecorded(stays, 'online');
  await broker.end('SIGKILL');
  await broker.run();
  await connect(stays);
  await isRecorded(stays, 'online', 'offline: broker-stopped', 'online');
  await isRecorded(leaves, 'online', 'offline: broker-stopped');
  expect(await watcher.count('connected_vehicles')).toBe(1);
});

it('records later what happened while it was killed, also in a log that was renamed meanwhile', async () => {
  const [before, meanwhile, after] = [ownName('truck'), ownName('truck'), ownName('truck')];
  const client = await connect(before);
  await isRecorded(before, 'online');
  await watcher.dispose();
  await client.endAsync();
  await connect(meanwhile);
  const { brokerLog } = broker.tls;
  renameSync(brokerLog, `${brokerLog}.1`);
  process.kill(broker.pid, 'SIGHUP');
  await eventually('a new log', () => {
    process.kill(broker.pid, 0);
    return readFileSync(brokerLog).length >= 0;
  });
  await connect(after);
  watcher = await watch();
  await isRecorded(before, 'online', 'offline: left');
  await isRecorded(meanwhile, 'online');
  await isRecorded(after, 'online');
});
