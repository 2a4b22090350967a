import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Instance, instanceAt } from './instance.js';
import { makeStackTls, type StackTls } from './stack-tls.js';

let home: string;
let instance: Instance;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'navora-tls-'));
  instance = instanceAt(home, 'default');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true });
});

const certificate = (file: string) => new X509Certificate(readFileSync(file));
const contentsOf = (clients: StackTls['clients'], file: 'key' | 'password') =>
  Object.values(clients).map((one) => readFileSync(one[file], 'utf8'));
const contents = (tls: StackTls) =>
  [tls.servicesCa, tls.revoked, join(tls.devices, 'ca.crt')]
    .concat(
      [tls.servers.mqtt, tls.clients.bridge, tls.clients.operator].flatMap(({ cert, key }) => [cert, key]),
    )
    .map((file) => readFileSync(file, 'utf8'));

it('gives vehicles and services an authority each, and the services certificates of theirs', async () => {
  const tls = await makeStackTls(instance);
  const [services, devices] = [certificate(tls.servicesCa), certificate(join(tls.devices, 'ca.crt'))];
  expect(services.subject).not.toBe(devices.subject);
  for (const { cert } of [tls.servers.mqtt, tls.clients.bridge, tls.clients.operator]) {
    expect(certificate(cert).verify(services.publicKey)).toBe(true);
    expect(certificate(cert).verify(devices.publicKey)).toBe(false);
  }
  expect(certificate(tls.servers.mqtt.cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate(tls.clients.bridge.cert).subject).toBe('CN=navora-bridge');
  expect(readFileSync(tls.revoked, 'utf8')).toMatch(/^-----BEGIN X509 CRL-----/);
});

it('gives each of our clients a name, a key and a password of its own', async () => {
  const { clients } = await makeStackTls(instance);
  const names = Object.values(clients).map(({ cert }) => certificate(cert).subject);
  expect(names).toContain('CN=navora-processor');
  for (const one of [names, ...(['key', 'password'] as const).map((file) => contentsOf(clients, file))])
    expect(new Set(one).size).toBe(one.length);
});

it('keeps the keys to their owner', async () => {
  const tls = await makeStackTls(instance);
  const own = Object.values(tls.clients).flatMap(({ key, password }) => [key, password]);
  for (const file of [...own, tls.servers.kafka.key, join(tls.devices, 'ca.key')])
    expect(statSync(file).mode & 0o077).toBe(0);
});

it('makes nothing anew that is there and good', async () => {
  const before = contents(await makeStackTls(instance));
  expect(contents(await makeStackTls(instance))).toEqual(before);
});

it('makes again what is missing, and what ends within a month', async () => {
  const tls = await makeStackTls(instance);
  const bridge = certificate(tls.clients.bridge.cert).serialNumber;
  const server = certificate(tls.servers.mqtt.cert).serialNumber;
  unlinkSync(tls.clients.bridge.key);
  await makeStackTls(instance);
  expect(certificate(tls.clients.bridge.cert).serialNumber).not.toBe(bridge);
  expect(certificate(tls.servers.mqtt.cert).serialNumber).toBe(server);

  vi.useFakeTimers({ now: Date.now() + 340 * 24 * 3600_000, toFake: ['Date'] });
  await makeStackTls(instance);
  expect(certificate(tls.servers.mqtt.cert).serialNumber).not.toBe(server);
});
