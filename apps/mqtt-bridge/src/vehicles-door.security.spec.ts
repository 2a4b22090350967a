import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  BrokerWatcher,
  type DeviceCredentials,
  eventually,
  OwnDevices,
  OwnSecureBroker,
} from '@navora/testing';
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
let watcher: BrokerWatcher;
let honest: MqttClient;
const clients: MqttClient[] = [];

beforeAll(async () => {
  stack = await TestStack.open(process.env);
  broker = await OwnSecureBroker.start();
  stack.onDispose(() => broker.dispose());
  devices = await OwnDevices.of(broker);
  watcher = await BrokerWatcher.beside(broker, process.env);
  stack.onDispose(() => watcher.dispose());
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
}, 120_000);

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

/** Each in turn, and counted for this reason. */
async function refused(reason: string, ...attempts: (() => Promise<unknown>)[]): Promise<void> {
  const attack = async () => {
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow();
  };
  await watcher.counts(`refused_connections_total{reason="${reason}"}`, attack, attempts.length);
}

/** The broker ends the connection of a vehicle, and that is counted for this reason. */
const ended = (reason: string, attack: () => Promise<unknown>) =>
  watcher.counts(`vehicle_disconnections_total{reason="${reason}"}`, attack);

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
  const credentials = await devices.issue('truck-1');
  await watcher.counts('vehicle_connections_total', async () => {
    await arrives(await connect('truck-1', credentials), 'truck-1');
  });
  // The honest one and this one; the bridge is no vehicle.
  expect(await watcher.count('connected_vehicles')).toBe(2);
  await eventually('a heartbeat that came back', () =>
    bridge.metric('navora_bridge_acknowledged_messages_total').then((count) => count > 2),
  );
  expect(bridge.events('mqtt_heartbeats_refused')).toEqual([]);
  expect(bridge.events('mqtt_broker_grants_less')).toEqual([]);
});

it('takes nobody without a certificate', () =>
  refused('no-certificate', () => connect('truck-1', undefined)));

it('takes nobody whose certificate another authority has signed', async () => {
  const forged = await devices.forge('truck-1');
  await refused('certificate-refused', () => connect('truck-1', forged));
});

it('takes nobody whose certificate has ended', async () => {
  const expired = await devices.issue('truck-1', -1 / 48);
  await refused('certificate-refused', () => connect('truck-1', expired));
});

it("takes no vehicle at the services' door, and no service at the vehicles'", async () => {
  const vehicle = await devices.issue('navora-bridge');
  const { cert, key } = broker.tls.clients.bridge;
  await refused(
    'certificate-refused',
    () => connectAsync(broker.servicesUrl, { ca: ca(), ...vehicle, reconnectPeriod: 0 }, false),
    () => connect('x', { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }),
  );
});

it('speaks nothing in plain text', async () => {
  await watcher.counts('refused_connections_total{reason="not-tls"}', async () => {
    expect(await isTakenIn(connectTcp(broker.port, '127.0.0.1'))).toBe(false);
  });
});

it('speaks TLS 1.2 and later only', async () => {
  const credentials = await devices.issue('truck-1');
  const { cert, key } = credentials;
  const options = { host: '127.0.0.1', port: broker.port, ca: ca(), cert, key };
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  await watcher.counts('refused_connections_total{reason="old-tls"}', async () => {
    expect(await isTakenIn(connectTls({ ...options, ...old }))).toBe(false);
  });
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
  // mosquitto 2.0.11 ends a connection that has a message refused.
  await ended('foreign-topic', async () => {
    expect(await publish(truck, topic, body('truck-2'))).toBe(NOT_AUTHORIZED);
  });
  await arrives(honest, 'honest');
  expect(vehicleRecords().length).toBe(before + 1);
});

it('gives up a body that speaks for another, with its reason, under the vehicle that sent it', async () => {
  const truck = await connect('truck-3', await devices.issue('truck-3'));
  expect(await publish(truck, topicOf('truck-3'), body('truck-4'))).toBe(0);
  await eventually('a dead letter', () => stack.letters.some(({ record }) => record.key === 'truck-3'));
  expect(stack.letters.find(({ record }) => record.key === 'truck-3')?.reason).toBe('vehicle-mismatch');
  expect([...recordsOf('truck-3'), ...recordsOf('truck-4')]).toEqual([]);
  expect(await bridge.metric('navora_bridge_dead_letters_total')).toBe(1);
});

it('leaves the session of a vehicle alone when another comes under its client id', async () => {
  const owner = await connect('truck-5', await devices.issue('truck-5'));
  const thief = await connect('truck-5', await devices.issue('truck-6'));
  await arrives(owner, 'truck-5');
  await arrives(thief, 'truck-6');
  await ended('foreign-topic', async () => {
    expect(await publish(thief, topicOf('truck-5'), body('truck-5'))).toBe(NOT_AUTHORIZED);
  });
  expect(owner.connected).toBe(true);
  await arrives(owner, 'truck-5');
});

it('tells a vehicle nothing of the others, whatever it subscribes to', async () => {
  const spy = await connect('truck-7', await devices.issue('truck-7'));
  const heard: string[] = [];
  spy.on('message', (topic) => heard.push(topic));
  const filters = ['#', 'vehicles/+/telemetry', '$SYS/#', topicOf('honest')];
  const subscribing = async () => {
    for (const filter of filters) await spy.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
  };
  await watcher.counts('vehicle_subscriptions_total', subscribing, filters.length);
  await arrives(honest, 'honest');
  await arrives(spy, 'truck-7');
  expect(heard).toEqual([]);
});

it('closes the connection of a vehicle that sends a packet of a mebibyte', async () => {
  const truck = await connect('truck-8', await devices.issue('truck-8'));
  const closed = new Promise<void>((resolve) => truck.once('close', () => resolve()));
  await ended('oversize-packet', async () => {
    expect(await publish(truck, topicOf('truck-8'), Buffer.alloc(1024 * 1024))).toBe(PACKET_TOO_LARGE);
    await closed;
  });
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
  await refused('certificate-refused', () => connect('truck-9', stolen));
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
  const replay = async () => {
    for (const session of tickets) expect(await isTakenIn(connectTls({ ...options, session }))).toBe(false);
  };
  await watcher.counts('refused_connections_total{reason="certificate-refused"}', replay, tickets.length);
});

it('lets nobody write into the log of the broker what others are said to have done', async () => {
  const liar = await connect('truck-12', await devices.issue('truck-12'));
  const lie = `x\n${new Date().toISOString().slice(0, 19)}Z: Client honest disconnected.`;
  await ended('malformed-packet', () => liar.subscribeAsync(lie, { qos: 1 }).catch(() => undefined));
  const disconnected = await watcher.count('vehicle_disconnections_total{reason="left"}');
  await watcher.counts('vehicle_subscriptions_total', async () => {
    const spy = await connect('truck-13', await devices.issue('truck-13'));
    await spy.subscribeAsync('Client honest disconnected.', { qos: 1 }).catch(() => undefined);
  });
  expect(await watcher.count('vehicle_disconnections_total{reason="left"}')).toBe(disconnected);
});

it('says of a vehicle that comes with the certificate of one that is connected that it took over', async () => {
  const credentials = await devices.issue('truck-14');
  const first = await connect('truck-14', credentials);
  const closed = new Promise<void>((resolve) => first.once('close', () => resolve()));
  await ended('taken-over', async () => {
    await connect('truck-14', credentials);
    await closed;
  });
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
  await watcher.counts(
    'refused_connections_total{reason="gave-up"}',
    async () => {
      for (const socket of sockets) socket.destroy();
    },
    sockets.length,
  );
});
