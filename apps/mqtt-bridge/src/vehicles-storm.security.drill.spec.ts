import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  BrokerWatcher,
  type DeviceCredentials,
  eventually,
  OwnDevices,
  OwnSecureBroker,
} from '@navora/testing';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';

const VEHICLES = 2000;
/** Without a CONNECT a connection has no keep-alive of its own; mosquitto's is 60 s, and it waits half as long again. */
const SILENT_FOR_MS = 120_000;

let broker: OwnSecureBroker;
let devices: OwnDevices;
let watcher: BrokerWatcher;
let honest: MqttClient;
let ca: Buffer;

beforeAll(async () => {
  broker = await OwnSecureBroker.start();
  devices = await OwnDevices.of(broker);
  watcher = await BrokerWatcher.beside(broker, process.env);
  ca = readFileSync(broker.tls.servicesCa);
  honest = await connectAsync(
    broker.url,
    { ca, ...(await devices.issue('honest')), clientId: 'honest', protocolVersion: 5, reconnectPeriod: 0 },
    false,
  );
}, 60_000);
afterAll(async () => {
  await honest?.endAsync(true);
  await watcher?.dispose();
  await broker?.dispose();
});

/** Publishes every 20 ms, and times each until its PUBACK. @returns what ends it, with the times in ms. */
function honestTraffic(): () => Promise<number[]> {
  const times: number[] = [];
  let over = false;
  const running = (async () => {
    while (!over) {
      const begun = performance.now();
      await honest.publishAsync('vehicles/honest/telemetry', '{}', { qos: 1 });
      times.push(performance.now() - begun);
      await pause(20);
    }
  })();
  return async () => {
    over = true;
    await running;
    return times.sort((a, b) => a - b);
  };
}

function told(what: string, times: number[]): void {
  const at = (share: number) => `${(times[Math.floor(times.length * share)] ?? NaN).toFixed(0)} ms`;
  process.stdout.write(`${what}: PUBACK after ${at(0.5)} p50, ${at(0.99)} p99, ${at(1 - 1e-9)} max\n`);
}

const residentMiB = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${broker.pid}/status`, 'utf8'))?.[1]) / 1024;

/** Resolves when the broker has answered its CONNECT; rejects when it does not let it in. */
async function connected({ cert, key }: DeviceCredentials): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: broker.port, ca, cert, key });
  socket.write(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 0]));
  await once(socket, 'data');
  return socket;
}

it(`${VEHICLES} vehicles that come back at once are all let in, and one that was there stays`, async () => {
  const fleet: DeviceCredentials[] = [];
  for (let i = 0; i < VEHICLES; i++) fleet.push(await devices.issue(`storm-${i}`));
  const quiet = honestTraffic();
  await pause(5000);
  told('quiet', await quiet());

  const meanwhile = honestTraffic();
  const begun = performance.now();
  const sockets = await Promise.all(fleet.map(connected));
  process.stdout.write(`all in after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  told('meanwhile', await meanwhile());
  expect(sockets).toHaveLength(VEHICLES);
  expect(honest.connected).toBe(true);
  await eventually(
    'all of them counted',
    async () => (await watcher.count('connected_vehicles')) === VEHICLES + 1,
  );
  for (const socket of sockets) socket.destroy();
  await eventually(
    'all but one gone and recorded',
    async () =>
      (await watcher.count('connected_vehicles')) === 1 &&
      (await watcher.count('log_unrecorded_bytes')) === 0,
  );
  expect(await watcher.count('vehicle_disconnections_total{reason="lost"}')).toBe(VEHICLES);
  expect(watcher.process.residentBytes).toBeLessThan(300 * 1024 * 1024);
}, 180_000);

it('a vehicle that tries ten thousand topics costs the broker nothing that stays', async () => {
  const truck = await connectAsync(
    broker.url,
    { ca, ...(await devices.issue('prober')), clientId: 'prober', protocolVersion: 5, reconnectPeriod: 0 },
    false,
  );
  const before = residentMiB();
  const meanwhile = honestTraffic();
  // mosquitto 2.0.11 closes the connection of who publishes where it may not.
  const closed = new Promise<void>((resolve) => truck.once('close', () => resolve()));
  truck.on('error', () => undefined);
  await watcher.counts('vehicle_disconnections_total{reason="foreign-topic"}', async () => {
    for (let i = 0; i < 10_000; i++)
      truck.publish(`vehicles/victim-${i}/telemetry`, '{}', { qos: 0 }, () => undefined);
    await Promise.race([closed, pause(10_000)]);
  });
  await truck.endAsync(true);
  told('meanwhile', await meanwhile());
  expect(residentMiB() - before).toBeLessThan(10);
}, 60_000);

it(
  'connections that never say who they are are closed after a while, and hold up nobody',
  async () => {
    const { cert, key } = await devices.issue('mute');
    const sockets = Array.from({ length: 500 }, () =>
      connectTls({ host: '127.0.0.1', port: broker.port, ca, cert, key }),
    );
    let open = sockets.length;
    for (const socket of sockets) socket.on('error', () => undefined).once('close', () => open--);
    const meanwhile = honestTraffic();
    const allClosed = () =>
      eventually('the last one closed', () => open === 0, { withinMs: SILENT_FOR_MS, everyMs: 1000 });
    await watcher.counts('refused_connections_total{reason="mute"}', allClosed, sockets.length);
    told('meanwhile', await meanwhile());
  },
  SILENT_FOR_MS + 30_000,
);
