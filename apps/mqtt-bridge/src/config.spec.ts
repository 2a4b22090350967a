import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBridgeConfiguration } from './config.js';

it('needs nothing to be set on one machine', () => {
  expect(readBridgeConfiguration({})).toMatchObject({
    adminPort: 9101,
    mqttUrl: 'mqtt://127.0.0.1:1883',
    mqttClientId: 'navora-bridge',
    mqttTopic: 'vehicles/{vehicleId}/telemetry',
    mqttSessionExpirySeconds: 86_400,
    mqttReceiveMaximum: 2000,
    mqttDropsTopic: '$SYS/broker/publish/messages/dropped',
    mqttPassword: undefined,
    mqttCaFile: undefined,
    readingsTopic: 'telemetry.readings.v1',
    deadLettersTopic: 'telemetry.dead-letters.v1',
  });
});

it('reads secrets from files, a password without the newline an editor leaves', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'navora-bridge-')), 'password');
  writeFileSync(path, 'secret\n');
  const { mqttPassword } = readBridgeConfiguration({ NAVORA_MQTT_PASSWORD_FILE: path });
  expect(mqttPassword?.().toString()).toBe('secret');
  writeFileSync(path, 'another\n');
  expect(mqttPassword?.().toString()).toBe('another');
  expect(() => readBridgeConfiguration({ NAVORA_MQTT_CA_FILE: '/no/such' })).toThrow(
    'NAVORA_MQTT_CA_FILE: must be a file that can be read (ENOENT), found "/no/such"',
  );
});

it('B14: refuses a shared subscription and says what a topic must be', () => {
  expect(() => readBridgeConfiguration({ NAVORA_MQTT_TOPIC: '$share/b/vehicles/{vehicleId}' })).toThrow(
    /NAVORA_MQTT_TOPIC: must be a topic with \{vehicleId\} as one whole level/,
  );
});
