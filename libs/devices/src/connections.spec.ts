import { expect, it } from 'vitest';
import { logLine } from './broker-log.js';
import { Connections, type Happening } from './connections.js';

const VEHICLES = 8883;
const SERVICES = 8884;
const AT = new Date('2026-11-27T10:00:00Z');

/** What a log of these lines says. */
function read(connections: Connections, ...lines: string[]): Happening[] {
  return lines.flatMap((words) => {
    const line = logLine(`2026-11-27T10:00:00+0000: ${words}`);
    return line ? connections.take(line) : [];
  });
}

const comes = (client: string, port: number, { listener = VEHICLES, user = client } = {}) => [
  `New connection from 10.0.0.1:${port} on port ${listener}.`,
  `New client connected from 10.0.0.1:${port} as ${client} (p5, c1, k60, u'${user}').`,
];

it('tells when a vehicle came, from where, and how it went', () => {
  const connections = new Connections(VEHICLES);
  expect(read(connections, ...comes('truck-1', 1000))).toEqual([
    { vehicleId: 'truck-1', at: AT, change: 'online', address: '10.0.0.1:1000' },
  ]);
  expect([...connections.online]).toEqual(['truck-1']);
  expect(read(connections, 'Client truck-1 has exceeded timeout, disconnecting.')).toEqual([
    { vehicleId: 'truck-1', at: AT, change: 'offline', reason: 'silent' },
  ]);
  expect(connections.online.size).toBe(0);
});

it('tells of a connection that took over another, and keeps the vehicle online', () => {
  const connections = new Connections(VEHICLES);
  read(connections, ...comes('truck-1', 1000));
  const [opened, connected] = comes('truck-1', 2000) as [string, string];
  const replaced = 'Client truck-1 already connected, closing old connection.';
  expect(read(connections, opened, replaced, connected)).toEqual([
    { vehicleId: 'truck-1', at: AT, change: 'taken-over', reason: 'taken-over', address: '10.0.0.1:2000' },
    { vehicleId: 'truck-1', at: AT, change: 'online', address: '10.0.0.1:2000' },
  ]);
  expect(connections.online.size).toBe(1);
});

it('takes an operator who takes over a session for no vehicle', () => {
  const connections = new Connections(VEHICLES);
  read(connections, ...comes('truck-1', 1000));
  const [opened, connected] = comes('truck-1', 2000, { listener: SERVICES, user: 'navora-operator' }) as [
    string,
    string,
  ];
  const replaced = 'Client truck-1 already connected, closing old connection.';
  expect(read(connections, opened, replaced, connected, 'Client truck-1 disconnected.')).toEqual([
    {
      ...{ vehicleId: 'truck-1', at: AT, change: 'taken-over', reason: 'ended-by-operator' },
      address: '10.0.0.1:2000',
    },
  ]);
  expect(connections.online.size).toBe(0);
});

it('takes nobody at the services’ door for a vehicle, whatever it is called', () => {
  const connections = new Connections(VEHICLES);
  const bridge = comes('navora-bridge', 1000, { listener: SERVICES });
  expect(read(connections, ...bridge, 'navora-bridge 1 vehicles/+/telemetry')).toEqual([]);
  expect(read(connections, 'Client navora-bridge closed its connection.')).toEqual([]);
});

it('goes by the name when it did not see the door', () => {
  const connections = new Connections(VEHICLES);
  const [, vehicle] = comes('truck-1', 1000) as [string, string];
  const [, operator] = comes('truck-2', 2000, { user: 'navora-operator' }) as [string, string];
  read(connections, vehicle, operator);
  expect([...connections.online]).toEqual(['truck-1']);
});

it('says why somebody did not get in: the first error of TLS, or what it did instead', () => {
  const connections = new Connections(VEHICLES);
  const unknown = 'Client <unknown> disconnected: Protocol error.';
  const tls = (text: string) => `OpenSSL Error[0]: error:0A0000C7:SSL routines::${text}`;
  expect(
    read(
      connections,
      ...[tls('peer did not return a certificate'), tls('something else'), unknown],
      ...[tls('certificate verify failed'), unknown, unknown],
      ...['Client <unknown> has exceeded timeout, disconnecting.', 'Client <unknown> closed its connection.'],
      'Client <unknown> disconnected due to protocol error.',
      'Client connection from 10.0.0.1 failed: error:0A00009C:SSL routines::http request.',
    ).map((happening) => 'reason' in happening && happening.reason),
  ).toEqual([
    ...['no-certificate', 'certificate-refused', 'gave-up', 'mute', 'gave-up'],
    ...['protocol-error', 'not-tls'],
  ]);
});

it('takes an error of TLS of a vehicle for its end, and for nobody’s refusal', () => {
  const connections = new Connections(VEHICLES);
  read(connections, ...comes('truck-1', 1000));
  const eof = 'OpenSSL Error[0]: error:0A000126:SSL routines::unexpected eof while reading';
  expect(
    read(
      connections,
      ...[
        eof,
        'Client truck-1 closed its connection.',
        'Client <unknown> disconnected due to protocol error.',
      ],
    ).map((happening) => 'reason' in happening && happening.reason),
  ).toEqual(['lost', 'protocol-error']);
});

it('counts what a vehicle subscribes to', () => {
  const connections = new Connections(VEHICLES);
  expect(read(connections, ...comes('truck-1', 1000), 'truck-1 1 #')).toContainEqual({
    ...{ change: 'subscribed', vehicleId: 'truck-1' },
  });
});

it.each(['mosquitto version 2.0.11 terminating', 'mosquitto version 2.0.11 starting'])(
  'takes all vehicles for offline at "%s", once',
  (words) => {
    const connections = new Connections(VEHICLES, ['truck-1']);
    read(connections, ...comes('truck-2', 1000));
    expect(read(connections, words, words)).toEqual([
      { vehicleId: 'truck-1', at: AT, change: 'offline', reason: 'broker-stopped' },
      { vehicleId: 'truck-2', at: AT, change: 'offline', reason: 'broker-stopped' },
      { change: 'broker-stopped', at: AT, vehicles: 2 },
    ]);
    expect(connections.online.size).toBe(0);
  },
);
