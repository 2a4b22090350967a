import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freeze, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { navora, runServices, type RunningServices } from './services.fixture.js';

const SECRETS = {
  mqtt: 'seeded-mqtt-password',
  smtp: 'seeded-smtp-password',
  webhook: `whsec_${Buffer.from('seeded-webhook-secret-000').toString('base64')}`,
  chat: 'seeded-chat-token',
};
/** Degrees; nothing else looks like them. */
const LATITUDE = 47.123456;
const LONGITUDE = 8.876543;
const OUT_OF_RANGE = 147.123456;
/** However many digits of it somebody writes. */
const POSITIONS = ['47.1234', '8.8765', '147.1234'];

let folder: string;
let running: RunningServices;
let vehicle: MqttClient;
const id = ownName('truck');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'navora-secrets-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), `${text}\n`);
    return join(folder, name);
  };
  file('smtp', SECRETS.smtp);
  file('webhook', SECRETS.webhook);
  file('chat', `http://127.0.0.1:9/hooks/${SECRETS.chat}`);
  const notifications = file(
    'notifications.yaml',
    `channels:
  mail: {kind: smtp, host: 127.0.0.1, port: 9, user: navora, passwordFile: smtp, from: navora@example.org}
  office: {kind: webhook, url: "http://127.0.0.1:9/hooks", secretFile: webhook}
  chat: {kind: chat, urlFile: chat}
routes:
  - {to: administration, channel: mail, addresses: [fleet@example.org]}
  - {channel: office}
  - {channel: chat}
retries: {first: 1s, longest: 1s, giveUpAfter: 5s}
`,
  );
  running = await runServices({
    NAVORA_LOG_LEVEL: 'trace',
    NAVORA_MQTT_USERNAME: 'navora-bridge',
    NAVORA_MQTT_PASSWORD_FILE: file('mqtt', SECRETS.mqtt),
    NAVORA_NOTIFICATIONS_FILE: notifications,
    NAVORA_SCHEMA_GRACE_MS: '500',
  });
  vehicle = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
}, 180_000);
afterAll(async () => {
  await vehicle?.endAsync();
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let recordedAt = Date.now();
const reading = (over: object = {}) => ({
  messageId: randomUUID(),
  recordedAt: recordedAt++,
  location: { latitude: LATITUDE, longitude: LONGITUDE },
  engineTemperatureC: 130,
  ...over,
});
const send = (body: object | string | Buffer) =>
  vehicle.publishAsync(
    `vehicles/${id}/telemetry`,
    typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    { qos: 1 },
  );

it('no log has a secret or a position in it, whatever goes wrong', async () => {
  const first = reading();
  await send(first);
  const thaw = freeze('cassandra');
  try {
    await send(reading());
    // Longer than the store may take to answer: its failures are told.
    await eventually('a store that does not answer', () => logs().includes('store_failed'), {
      withinMs: 60_000,
    });
  } finally {
    thaw();
  }
  // Stored, though no good reading is like this.
  await send(reading({ location: { latitude: OUT_OF_RANGE, longitude: LONGITUDE } }));
  await send(reading({ extras: { latitude: { nested: LATITUDE } } }));
  const bad = [
    { ...first, location: { latitude: LATITUDE, longitude: LONGITUDE + 1 } },
    reading({ location: `${LATITUDE}, ${LONGITUDE}` }),
    reading({ vehicleId: 'another' }),
    JSON.stringify(reading()).slice(0, -20),
    Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from(`${LATITUDE} ${LONGITUDE}`)]),
    Buffer.concat([Buffer.from([0, 0x7f, 0, 0, 1]), Buffer.from(`${LATITUDE} ${LONGITUDE}`)]),
    JSON.stringify({ ...reading(), long: `${LATITUDE} `.repeat(10_000) }),
  ];
  for (const body of bad) await send(body);
  running.services.processOf('processor')?.kill('SIGKILL');
  await send(reading({ recordedAt: Date.now() }));
  await eventually(
    'what was given up',
    async () => {
      const { stdout } = await navora('dead-letters', 'list', '--vehicle', id, '--state', 'all', '--json');
      return stdout.split('\n').filter(Boolean).length >= bad.length;
    },
    { withinMs: 60_000, everyMs: 500 },
  );
  await eventually('notifications that failed', () => logs().includes('notification_failed'), {
    withinMs: 60_000,
  });
  const said = logs();
  for (const hidden of [...Object.values(SECRETS), ...POSITIONS])
    expect(
      said.split('\n').filter((line) => line.includes(hidden)),
      hidden,
    ).toEqual([]);
  // They were told of at all: the ids are what logs are for.
  expect(said).toContain(id);
}, 240_000);

function logs(): string {
  return readdirSync(running.folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(running.folder, name), 'utf8'))
    .join('');
}
