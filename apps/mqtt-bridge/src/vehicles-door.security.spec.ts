import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type DeviceCredentials, eventually, OwnDevices, OwnSecureBroker } from '@navora/testing';
import { connectAsync, type MqttClient, type Packet } from 'mqtt';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BridgeProcess } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const NOT_AUTHORIZED = 0x87;
const PACKET_TOO_LARGE = 0x95;
/** MQTT 5, clean start, 10 s keep alive, and no client id. */
const CONNECT = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 10, 0, 0, 0]);

let stack: TestStack;
let broker: OwnSecureBroker;
let devices: OwnDevices;
let bridge: BridgeProcess;
let honest: MqttClient;
const clients: MqttClient[] = [];

beforeAll(async () => {
  stack = await TestStack.open(process.env);
  broker = await OwnSecureBroker.start();
  stack.onDispose(() => broker.dispose());
  devices = await OwnDevices.of(broker);
  const { clients: ours, servicesCa } = broker.tls;
  const own = ours.bridge;
  bridge = await BridgeProcess.start(stack, broker.servicesUrl, {
    settings: {
      ...{ NAVORA_MQTT_CA_FILE: servicesCa, NAVORA_MQTT_CERT_FILE: own.cert, NAVORA_MQTT_KEY_FILE: own.key },
      ...{ NAVORA_MQTT_CLIENT_ID: 'navora-bridge', NAVORA_MQTT_HEARTBEAT_SECONDS: '1' },
      NAVORA_MQTT_TOPIC: 'vehicles/{vehicleId}/telemetry',
    },
  });
  await eventually('the bridge at the broker', () => bridge.events('mqtt_subscribed').length > 0, {
    withinMs: 30_000,
  });
  honest = await connect('honest', await devices.issue('honest'), false);
}, 90_000);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  // Whatever was tried, an honest vehicle goes on.
  await arrives(honest, 'honest');
});
afterAll(async () => {
  await honest?.endAsync(true);
  await stack?.dispose();
}, 60_000);

const ca = () => readFileSync(broker.tls.servicesCa);
const topicOf = (vehicle: string) => `vehicles/${vehicle}/telemetry`;
let recordedAt = Date.now();
const body = (vehicleId?: string) => JSON.stringify({ recordedAt: recordedAt++, vehicleId });

function connect(
  clientId: string,
  credentials: Pick<DeviceCredentials, 'cert' | 'key'> | undefined,
  temporary = true,
): Promise<MqttClient> {
  const settings = { clientId, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 5000 } as const;
  const connecting = connectAsync(broker.url, { ca: ca(), ...credentials, ...settings }, false);
  if (temporary) void connecting.then((client) => clients.push(client)).catch(() => undefined);
  return connecting;
}

async function refused(credentials: DeviceCredentials | undefined, vehicle = 'truck-1'): Promise<void> {
  await expect(connect(vehicle, credentials)).rejects.toThrow();
}

/** @returns the reason code of the PUBACK */
async function publish(client: MqttClient, topic: string, payload: string | Buffer): Promise<number> {
  const answered = new Promise<Packet>((resolve) => client.once('packetreceive', resolve));
  client.publishAsync(topic, payload, { qos: 1 }).catch(() => undefined);
  const answer = await answered;
  if (answer.cmd !== 'puback' && answer.cmd !== 'disconnect') throw new Error(`answered with ${answer.cmd}`);
  return answer.reasonCode ?? 0;
}

/** Without heartbeats. */
const vehicleRecords = () => stack.written.filter(({ key }) => key !== undefined);
const recordsOf = (vehicle: string) => stack.written.filter(({ key }) => key === vehicle);

async function arrives(client: MqttClient, vehicle: string): Promise<void> {
  const before = recordsOf(vehicle).length;
  expect(await publish(client, topicOf(vehicle), body(vehicle))).toBe(0);
  await eventually(`a record of ${vehicle}`, () => recordsOf(vehicle).length > before);
}

it('takes a vehicle with a certificate of its authority, and the bridge in with its own', async () => {
  const truck = await connect('truck-1', await devices.issue('truck-1'));
  await arrives(truck, 'truck-1');
  await eventually('a heartbeat that came back', () =>
    bridge.metric('navora_bridge_acknowledged_messages_total').then((count) => count > 2),
  );
  expect(bridge.events('mqtt_heartbeats_refused')).toEqual([]);
  expect(bridge.events('mqtt_broker_grants_less')).toEqual([]);
});

it('takes nobody without a certificate', () => refused(undefined));

it('takes nobody whose certificate another authority has signed', async () => {
  await refused(await devices.forge('truck-1'));
});

it('takes nobody whose certificate has ended', async () => {
  await refused(await devices.issue('truck-1', -1 / 48));
});

it("takes no vehicle at the services' door, and no service at the vehicles'", async () => {
  const vehicle = await devices.issue('navora-bridge');
  await expect(
    connectAsync(broker.servicesUrl, { ca: ca(), ...vehicle, reconnectPeriod: 0 }, false),
  ).rejects.toThrow();
  const { cert, key } = broker.tls.clients.bridge;
  await expect(
    connect('x', { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }),
  ).rejects.toThrow();
});

it('speaks nothing in plain text', async () => {
  const socket = connectTcp(broker.port, '127.0.0.1');
  expect(await isTakenIn(socket)).toBe(false);
});

it('speaks TLS 1.2 and later only', async () => {
  const credentials = await devices.issue('truck-1');
  const { cert, key } = credentials;
  const options = { host: '127.0.0.1', port: broker.port, ca: ca(), cert, key };
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  expect(await isTakenIn(connectTls({ ...options, ...old }))).toBe(false);
  expect(await isTakenIn(connectTls({ ...options, maxVersion: 'TLSv1.2' }))).toBe(true);
  expect(await isTakenIn(connectTls(options))).toBe(true);
});

it.each([
  topicOf('truck-2'),
  'vehicles/truck-1/other',
  'vehicles/truck-1',
  '$SYS/x',
  'navora/heartbeats/navora-bridge',
])('refuses what a vehicle publishes in %s, which is not its own topic', async (topic) => {
  const truck = await connect('truck-1', await devices.issue('truck-1'));
  const before = vehicleRecords().length;
  expect(await publish(truck, topic, body('truck-2'))).toBe(NOT_AUTHORIZED);
  await arrives(honest, 'honest');
  expect(vehicleRecords().length).toBe(before + 1);
});

it('gives up a body that speaks for another, with its reason, under the vehicle that sent it', async () => {
  const truck = await connect('truck-3', await devices.issue('truck-3'));
  expect(await publish(truck, topicOf('truck-3'), body('truck-4'))).toBe(0);
  await eventually('a dead letter', () => stack.letters.some(({ record }) => record.key === 'truck-3'));
  expect(stack.letters.find(({ record }) => record.key === 'truck-3')?.reason).toBe('vehicle-mismatch');
  expect([...recordsOf('truck-3'), ...recordsOf('truck-4')]).toEqual([]);
});

it('leaves the session of a vehicle alone when another comes under its client id', async () => {
  const owner = await connect('truck-5', await devices.issue('truck-5'));
  const thief = await connect('truck-5', await devices.issue('truck-6'));
  await arrives(owner, 'truck-5');
  await arrives(thief, 'truck-6');
  expect(await publish(thief, topicOf('truck-5'), body('truck-5'))).toBe(NOT_AUTHORIZED);
  expect(owner.connected).toBe(true);
  await arrives(owner, 'truck-5');
});

it('tells a vehicle nothing of the others, whatever it subscribes to', async () => {
  const spy = await connect('truck-7', await devices.issue('truck-7'));
  const heard: string[] = [];
  spy.on('message', (topic) => heard.push(topic));
  for (const filter of ['#', 'vehicles/+/telemetry', '$SYS/#', topicOf('honest')])
    await spy.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
  await arrives(honest, 'honest');
  await arrives(spy, 'truck-7');
  expect(heard).toEqual([]);
});

it('closes the connection of a vehicle that sends a packet of a mebibyte', async () => {
  const truck = await connect('truck-8', await devices.issue('truck-8'));
  const closed = new Promise<void>((resolve) => truck.once('close', () => resolve()));
  expect(await publish(truck, topicOf('truck-8'), Buffer.alloc(1024 * 1024))).toBe(PACKET_TOO_LARGE);
  await closed;
  expect(recordsOf('truck-8')).toEqual([]);
});

it('takes none of a certificate that is revoked, and asks nobody to connect again for that', async () => {
  const stolen = await devices.issue('truck-9');
  const truck = await connect('truck-9', stolen);
  await arrives(truck, 'truck-9');
  await devices.revoke(stolen.serial);
  await eventually('the list in force', () =>
    connect('x', stolen).then(
      () => false,
      () => true,
    ),
  );
  const other = await connect('truck-9', await devices.issue('truck-9'));
  await arrives(other, 'truck-9');
});

it('resumes no TLS session of a certificate that was revoked since', async () => {
  const stolen = await devices.issue('truck-10');
  const { cert, key } = stolen;
  const options = { host: '127.0.0.1', port: broker.port, ca: ca(), cert, key };
  const first = connectTls(options);
  first.write(CONNECT);
  const tickets: Buffer[] = [];
  first.on('session', (ticket: Buffer) => tickets.push(ticket));
  await once(first, 'data');
  first.destroy();
  await devices.revoke(stolen.serial);
  await eventually('the list in force', () =>
    connect('x', stolen).then(
      () => false,
      () => true,
    ),
  );
  expect(tickets.length).toBeGreaterThan(0);
  for (const session of tickets) expect(await isTakenIn(connectTls({ ...options, session }))).toBe(false);
});

/** Whether the broker answers a CONNECT of MQTT 5 with a CONNACK. */
async function isTakenIn(socket: Socket): Promise<boolean> {
  socket.on('error', () => undefined);
  socket.write(CONNECT);
  const answer = await new Promise<Buffer | undefined>((resolve) => {
    socket.once('data', resolve);
    socket.once('close', () => resolve(undefined));
  });
  socket.destroy();
  return answer?.[0] === 0x20;
}

it('lets a hundred connections that never say who they are harm nobody', async () => {
  const sockets = Array.from({ length: 100 }, () => connectTcp(broker.port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined);
  await arrives(honest, 'honest');
  await arrives(await connect('truck-11', await devices.issue('truck-11')), 'truck-11');
  for (const socket of sockets) socket.destroy();
});
