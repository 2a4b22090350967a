import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '@navora/cassandra';
import { CertificateAuthority } from '@navora/identity';
import { ownKeyspace, realServices, type TestCassandra } from '@navora/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Device, isGood } from './device.js';
import { DeviceStore } from './device-store.js';
import { Registration } from './registration.js';
import { RevocationLists } from './revocation-lists.js';

const ANNA = { by: 'anna' };
const YEAR = { days: 365 };
const HOUR_MS = 3600_000;

let cassandra: TestCassandra;
let store: DeviceStore;
let lists: RevocationLists;
let authority: CertificateAuthority;
let registration: Registration;
beforeAll(async () => {
  cassandra = await ownKeyspace(realServices());
  await migrate(cassandra.client, {
    keyspace: cassandra.keyspace,
    replication: "{'class': 'SimpleStrategy', 'replication_factor': 1}",
    folders: [{ owner: 'devices', path: join(import.meta.dirname, '../migrations') }],
  });
  store = new DeviceStore(cassandra.client, cassandra.keyspace);
  lists = new RevocationLists(cassandra.client, cassandra.keyspace);
}, 120_000);
afterAll(() => cassandra.dispose());
beforeEach(async () => {
  await cassandra.client.execute(`TRUNCATE ${cassandra.keyspace}.devices`);
  ({ authority } = await CertificateAuthority.create('Test', 2));
  registration = new Registration(store, authority, lists);
});

const deviceOf = async (vehicleId: string) => (await store.read(vehicleId)) as Device;
const revokedVehicles = async () =>
  [...((await lists.newest(authority.fingerprint))?.serials.values() ?? [])].sort();

it('registers a device once, with what is said of it and a certificate of its name', async () => {
  const { certificate, privateKey } = await registration.add(
    ...(['truck-1', { group: 'north', driver: 'ben@example.org' }, YEAR, ANNA] as const),
  );
  expect(new X509Certificate(certificate).subject).toBe('CN=truck-1');
  expect(privateKey).toContain('PRIVATE KEY');
  const device = await deviceOf('truck-1');
  expect(device).toMatchObject({ status: 'active', group: 'north', driver: 'ben@example.org' });
  expect(device.history).toMatchObject([{ action: 'added', by: 'anna', number: 1 }]);
  expect(device.certificates).toHaveLength(1);
  const [known] = device.certificates;
  expect(known && isGood(device, known)).toBe(true);
  expect(known?.serial).toBe(new X509Certificate(certificate).serialNumber.toLowerCase());
  await expect(registration.add('truck-1', {}, YEAR, ANNA)).rejects.toThrow(
    'truck-1 is registered already, and active',
  );
});

it('refuses what is no vehicle id, and acts on nobody who is not registered', async () => {
  await expect(registration.add('vehicles/+', {}, YEAR, ANNA)).rejects.toThrow('is no vehicle id');
  await expect(registration.disable('ghost', ANNA)).rejects.toThrow('ghost is not registered');
  await expect(
    registration.rotate('ghost', { overlapMs: 0, reason: 'superseded' }, YEAR, ANNA),
  ).rejects.toThrow('ghost is not registered');
  expect(await store.read('ghost')).toBeUndefined();
});

it('lets the old certificate be good for as long as the overlap, and no longer', async () => {
  await registration.add('truck-1', { group: 'north' }, YEAR, ANNA);
  await registration.rotate('truck-1', { overlapMs: HOUR_MS, reason: 'superseded' }, YEAR, ANNA);
  const device = await deviceOf('truck-1');
  const [old, fresh] = device.certificates as [Device['certificates'][0], Device['certificates'][0]];
  expect(device.group).toBe('north');
  expect([isGood(device, old), isGood(device, fresh)]).toEqual([true, true]);
  expect(isGood(device, old, Date.now() + 2 * HOUR_MS)).toBe(false);
  expect(isGood(device, fresh, Date.now() + 2 * HOUR_MS)).toBe(true);
  expect(await registration.publish()).toBe(0);

  await registration.rotate('truck-1', { overlapMs: 0, reason: 'key-compromise' }, YEAR, ANNA);
  const after = await deviceOf('truck-1');
  expect(after.certificates.map((certificate) => isGood(after, certificate))).toEqual([false, false, true]);
  expect((await lists.newest(authority.fingerprint))?.serials).toEqual(
    new Map([old, fresh].map(({ serial }) => [serial, 'truck-1'])),
  );
});

it('disables and enables, revokes for good, and takes a revoked one back with a new certificate only', async () => {
  for (const vehicle of ['truck-1', 'truck-2', 'truck-3']) await registration.add(vehicle, {}, YEAR, ANNA);
  await registration.disable('truck-1', ANNA);
  await registration.disable('truck-2', ANNA);
  expect(await revokedVehicles()).toEqual(['truck-1', 'truck-2']);
  await registration.enable('truck-1', { by: 'ben', comment: 'back from the workshop' });
  expect(await revokedVehicles()).toEqual(['truck-2']);
  expect((await deviceOf('truck-1')).history.at(-1)).toMatchObject({
    ...{ action: 'enabled', by: 'ben', comment: 'back from the workshop' },
  });

  await registration.revoke('truck-2', 'key-compromise', ANNA);
  await registration.revoke('truck-2', 'key-compromise', ANNA);
  await expect(registration.enable('truck-2', ANNA)).rejects.toThrow('truck-2 is revoked: add it again');
  await registration.add('truck-2', {}, YEAR, ANNA);
  const device = await deviceOf('truck-2');
  expect(device.status).toBe('active');
  expect(device.certificates.map((certificate) => isGood(device, certificate))).toEqual([false, true]);
  expect(device.history.map(({ action }) => action)).toEqual(['added', 'disabled', 'revoked', 'added']);
  await registration.publish();
  expect((await lists.newest(authority.fingerprint))?.serials.get(device.certificates[0]?.serial ?? '')).toBe(
    'truck-2',
  );
  expect(await revokedVehicles()).toEqual(['truck-2']);
});

it('of two who act at once one acts after the other, and the list misses neither', async () => {
  const vehicles = Array.from({ length: 8 }, (_, index) => `truck-${index}`);
  for (const vehicle of vehicles) await registration.add(vehicle, {}, YEAR, ANNA);
  await Promise.all(vehicles.map((vehicle) => registration.revoke(vehicle, 'key-compromise', ANNA)));
  expect(await revokedVehicles()).toEqual(vehicles);

  const added = await Promise.allSettled(
    Array.from({ length: 5 }, () => registration.add('truck-x', {}, YEAR, ANNA)),
  );
  expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await deviceOf('truck-x')).certificates).toHaveLength(1);
});

it('numbers its lists, and signs no new one when nothing has changed', async () => {
  await registration.add('truck-1', {}, YEAR, ANNA);
  await registration.publish();
  const first = await lists.newest(authority.fingerprint);
  await registration.publish();
  expect(await lists.newest(authority.fingerprint)).toEqual(first);
  await registration.disable('truck-1', ANNA);
  const second = await lists.newest(authority.fingerprint);
  expect(second?.number).toBe((first?.number ?? 0) + 1);
  await registration.enable('truck-1', ANNA);
  const third = await lists.newest(authority.fingerprint);
  for (const [one, next] of [
    [first, second],
    [second, third],
  ])
    expect((next?.madeAt.getTime() ?? 0) - (one?.madeAt.getTime() ?? 0)).toBeGreaterThanOrEqual(1000);
});

it("lists nothing of another authority's certificates", async () => {
  await registration.add('truck-1', {}, YEAR, ANNA);
  const { authority: other } = await CertificateAuthority.create('Test', 2);
  const others = new Registration(store, other, lists);
  await others.add('truck-2', {}, YEAR, ANNA);
  await registration.revoke('truck-1', 'key-compromise', ANNA);
  await others.revoke('truck-2', 'key-compromise', ANNA);
  expect(await revokedVehicles()).toEqual(['truck-1']);
  expect([...((await lists.newest(other.fingerprint))?.serials.values() ?? [])]).toEqual(['truck-2']);
});

it('reads a whole registry, a device at a time', async () => {
  const vehicles = Array.from({ length: 40 }, (_, index) => `truck-${index}`);
  await Promise.all(vehicles.map((vehicle) => registration.add(vehicle, { group: 'all' }, YEAR, ANNA)));
  await registration.rotate('truck-7', { overlapMs: HOUR_MS, reason: 'superseded' }, YEAR, ANNA);
  const found = new Map<string, number>();
  for await (const { vehicleId, certificates } of store.all()) found.set(vehicleId, certificates.length);
  expect([...found.keys()].sort()).toEqual([...vehicles].sort());
  expect(found.get('truck-7')).toBe(2);
});
