import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@navora/devices';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newBundleFolder, writeBundle } from './device-bundle.js';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'navora-bundle-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const credentials: Credentials = {
  device: { vehicleId: 'truck-1', status: 'active', certificates: [], history: [] },
  certificate: 'a certificate',
  privateKey: 'a key',
  notAfter: new Date(),
};
const broker = { url: 'mqtts://broker.example', ca: 'an authority', topicPattern: 'fleet/{vehicleId}/up' };

it('tells a device where to connect, as whom, and where to publish', () => {
  const { folder } = newBundleFolder(out, 'truck-1');
  writeBundle(folder, credentials, broker);
  expect(JSON.parse(readFileSync(join(folder, 'device.json'), 'utf8'))).toEqual({
    vehicleId: 'truck-1',
    broker: { url: 'mqtts://broker.example', host: 'broker.example', port: 8883 },
    clientId: 'truck-1',
    topic: 'fleet/truck-1/up',
    qos: 1,
    certificate: 'device.crt',
    key: 'device.key',
    brokerCa: 'broker-ca.crt',
  });
  expect(statSync(join(folder, 'device.key')).mode & 0o077).toBe(0);
});

it('takes the place of no other bundle', () => {
  const { folder, discard } = newBundleFolder(out, 'truck-1');
  expect(() => newBundleFolder(out, 'truck-1')).toThrow(`${folder} is there already`);
  discard();
  expect(newBundleFolder(out, 'truck-1').folder).toBe(folder);
});

it('says what to do when a registered device has no bundle', () => {
  const { folder, discard } = newBundleFolder(out, 'truck-1');
  discard();
  expect(() => writeBundle(folder, credentials, broker)).toThrow(
    `truck-1 is registered, but its bundle could not be written to ${folder} (ENOENT): give it another certificate`,
  );
});
