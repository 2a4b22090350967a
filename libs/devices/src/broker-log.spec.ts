import { expect, it } from 'vitest';
import { type LogFact, logLine } from './broker-log.js';

/** As mosquitto 2.0.11 wrote them when each was provoked; a few, which are hard to provoke, as its source has them. */
const LINES: [string, LogFact][] = [
  ['mosquitto version 2.0.11 starting', { kind: 'broker-started' }],
  ['mosquitto version 2.0.11 terminating', { kind: 'broker-stopped' }],
  [
    'New connection from 127.0.0.1:47080 on port 33478.',
    { kind: 'opened', from: '127.0.0.1:47080', listener: 33478 },
  ],
  [
    "New client connected from 127.0.0.1:47080 as truck-1 (p5, c1, k60, u'truck-1').",
    { kind: 'connected', client: 'truck-1', from: '127.0.0.1:47080', user: 'truck-1' },
  ],
  [
    "New client connected from 127.0.0.1:47128 as truck-1 (p2, c1, k60, u'truck-1').",
    { kind: 'connected', client: 'truck-1', from: '127.0.0.1:47128', user: 'truck-1' },
  ],
  [
    'New client connected from 127.0.0.1:45236 as auto-7A20DB98-26CC (p5, c1, k10).',
    { kind: 'connected', client: 'auto-7A20DB98-26CC', from: '127.0.0.1:45236', user: undefined },
  ],
  [
    "New client connected from 127.0.0.1:42302 as o'brien (x) as y (p5, c1, k60, u'o'brien (x) as y').",
    { kind: 'connected', client: "o'brien (x) as y", from: '127.0.0.1:42302', user: "o'brien (x) as y" },
  ],
  ['Client truck-1 already connected, closing old connection.', { kind: 'replaced', client: 'truck-1' }],
  ['Client truck-1 disconnected.', { kind: 'ended', client: 'truck-1', how: 'left' }],
  ['Client truck-1 closed its connection.', { kind: 'ended', client: 'truck-1', how: 'lost' }],
  [
    'Client truck-1 disconnected: Connection reset by peer.',
    { kind: 'ended', client: 'truck-1', how: 'lost' },
  ],
  [
    'Client truck-1 has exceeded timeout, disconnecting.',
    { kind: 'ended', client: 'truck-1', how: 'silent' },
  ],
  [
    'Client truck-1 disconnected due to oversize packet.',
    { kind: 'ended', client: 'truck-1', how: 'oversize-packet' },
  ],
  [
    'Client truck-1 disconnected due to malformed packet.',
    { kind: 'ended', client: 'truck-1', how: 'malformed-packet' },
  ],
  [
    'Client truck-1 disconnected due to protocol error.',
    { kind: 'ended', client: 'truck-1', how: 'protocol-error' },
  ],
  [
    'Client truck-1 disconnected, not authorised.',
    { kind: 'ended', client: 'truck-1', how: 'not-authorised' },
  ],
  [
    'Bad socket read/write on client truck-1: Unknown error.',
    { kind: 'ended', client: 'truck-1', how: 'foreign-topic' },
  ],
  [
    'Client truck-1 been disconnected by administrative action.',
    { kind: 'ended', client: 'truck-1', how: 'other' },
  ],
  ['Client <unknown> closed its connection.', { kind: 'ended-unknown', how: 'lost' }],
  ['Client <unknown> disconnected: Protocol error.', { kind: 'ended-unknown', how: 'lost' }],
  ['Client <unknown> disconnected due to protocol error.', { kind: 'ended-unknown', how: 'protocol-error' }],
  ['Client <unknown> has exceeded timeout, disconnecting.', { kind: 'ended-unknown', how: 'silent' }],
  [
    'OpenSSL Error[0]: error:0A0000C7:SSL routines::peer did not return a certificate',
    { kind: 'tls-failed', refusal: 'no-certificate' },
  ],
  [
    'OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed',
    { kind: 'tls-failed', refusal: 'certificate-refused' },
  ],
  [
    'OpenSSL Error[0]: error:0A000102:SSL routines::unsupported protocol',
    { kind: 'tls-failed', refusal: 'old-tls' },
  ],
  [
    'OpenSSL Error[0]: error:0A000126:SSL routines::unexpected eof while reading',
    { kind: 'tls-failed', refusal: 'gave-up' },
  ],
  [
    'Client connection from 127.0.0.1 failed: error:0A00010B:SSL routines::wrong version number.',
    { kind: 'refused', refusal: 'not-tls' },
  ],
  [
    'Client connection from 127.0.0.1 failed: error:0A00009C:SSL routines::http request.',
    { kind: 'refused', refusal: 'not-tls' },
  ],
  [
    'Client connection from 127.0.0.1 failed: error:0A000102:SSL routines::unsupported protocol.',
    { kind: 'refused', refusal: 'old-tls' },
  ],
  [
    'Client connection from 127.0.0.1 failed: error:0A000086:SSL routines::certificate verify failed.',
    { kind: 'refused', refusal: 'certificate-refused' },
  ],
  [
    'Client connection from 127.0.0.1 denied: max_connections exceeded.',
    { kind: 'refused', refusal: 'too-many' },
  ],
  ['truck-1 1 #', { kind: 'subscribed', client: 'truck-1' }],
  ['truck-1 1 $share/x/vehicles/+/telemetry', { kind: 'subscribed', client: 'truck-1' }],
];

it.each(LINES)('reads "%s"', (words, fact) => {
  expect(logLine(`2026-11-27T10:49:40+0100: ${words}`)).toEqual({
    at: new Date('2026-11-27T09:49:40Z'),
    fact,
  });
});

it.each([
  'Saving in-memory database to /data/mosquitto.db.',
  'Opening ipv4 listen socket on port 33478.',
  'Reloading config.',
  'Bad client truck-1 sending multiple CONNECT messages.',
  'Invalid protocol version 9 in CONNECT from 127.0.0.1.',
  'Warning: Mosquitto should not be run as root/administrator.',
])('finds nothing about connections in "%s"', (words) => {
  expect(logLine(`2026-11-27T10:49:40+0000: ${words}`)).toBeUndefined();
});

it('takes a time without a zone for one of this machine, and a line without a time for none of the log', () => {
  expect(logLine('2026-11-27T10:49:40: truck-1 1 #')?.at).toEqual(new Date(2026, 10, 27, 10, 49, 40));
  expect(logLine('truck-1 1 #')).toBeUndefined();
  expect(logLine('1795776699: truck-1 1 #')).toBeUndefined();
});

it('believes nothing of what a subscription says, and finds no client in its text', () => {
  const filter = 'x Client truck-2 disconnected.';
  expect(logLine(`2026-11-27T10:49:40+0000: evil 1 ${filter}`)?.fact).toEqual({
    kind: 'subscribed',
    client: 'evil',
  });
});
