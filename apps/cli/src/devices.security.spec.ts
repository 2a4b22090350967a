import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateRequest, newKeyPair } from '@navora/identity';
import { eventually, operatorSettings, OwnSecureBroker, ownName } from '@navora/testing';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { migrateAll } from './migrate.js';
import { navoraIn, testEnvironment } from './services.fixture.js';
import { workspaceRoot } from './workspace.js';

let broker: OwnSecureBroker;
let folder: string;
let settings: Record<string, string>;
const clients: MqttClient[] = [];
beforeAll(async () => {
  await migrateAll(testEnvironment(), () => undefined);
  broker = await OwnSecureBroker.start();
  folder = mkdtempSync(join(tmpdir(), 'navora-devices-'));
  settings = operatorSettings(broker);
}, 60_000);
afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await broker?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const devices = (...args: string[]) => navoraIn(settings, 'devices', ...args);

/** @returns what it prints */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await devices(...args);
  expect(stderr + stdout, args.join(' ')).toBe(stdout);
  expect(code, args.join(' ')).toBe(0);
  return stdout;
}

const reload = () => ['--reload', `kill -HUP ${broker.pid}`];
const out = (name: string) => join(folder, name);

interface Bundle {
  vehicleId: string;
  broker: { url: string };
  clientId: string;
  topic: string;
}

/** As a device does that knows its bundle and nothing else. */
async function connectWith(bundleFolder: string): Promise<{ client: MqttClient; closed: Promise<unknown> }> {
  const file = (name: string) => readFileSync(join(bundleFolder, name), 'utf8');
  const { broker, clientId, topic } = JSON.parse(file('device.json')) as Bundle;
  const client = await connectAsync(
    broker.url,
    {
      ...{ ca: file('broker-ca.crt'), cert: file('device.crt'), key: file('device.key') },
      ...{ clientId, protocolVersion: 5, reconnectPeriod: 0 },
    },
    false,
  );
  clients.push(client);
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  // Nobody is subscribed (0x10): the broker has taken it all the same.
  await client.publishAsync(topic, '{}', { qos: 1 });
  return { client, closed };
}

it('ca-init makes an authority once, with its key encrypted if a passphrase is given', async () => {
  const passphrase = out('passphrase');
  writeFileSync(passphrase, 'correct horse\n');
  const said = await done('ca-init', out('ca'), '--name', 'Our trucks', '--passphrase-file', passphrase);
  expect(said).toContain(`NAVORA_DEVICES_AUTHORITY=${out('ca')}`);
  expect(new X509Certificate(readFileSync(join(out('ca'), 'ca.crt'))).subject).toBe('CN=Our trucks');
  expect(readFileSync(join(out('ca'), 'ca.key'), 'utf8')).toContain('ENCRYPTED');
  expect((await devices('ca-init', out('ca'))).stderr).toContain('holds an authority already');

  const id = ownName('truck');
  const own = { ...settings, NAVORA_DEVICES_AUTHORITY: out('ca') };
  const without = await navoraIn(own, 'devices', 'add', id, '--out', out('encrypted'));
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('is encrypted, and no passphrase was given');
  expect(existsSync(join(out('encrypted'), id))).toBe(false);
  const withIt = { ...own, NAVORA_DEVICES_PASSPHRASE_FILE: passphrase };
  expect((await navoraIn(withIt, 'devices', 'add', id, '--out', out('encrypted'))).code).toBe(0);
});

it('a device gets in with its bundle; a stolen key is replaced at once, a device disabled, enabled, revoked', async () => {
  const id = ownName('truck');
  await done('add', id, '--group', 'north', '--driver', 'anna@example.org', '--out', out('first'));
  expect(statSync(join(out('first'), id, 'device.key')).mode & 0o777).toBe(0o600);
  const before = await connectWith(join(out('first'), id));

  expect((await devices('add', id, '--out', out('again'))).stderr).toBe(
    `${id} is registered already, and active\n`,
  );
  expect((await devices('rotate', id, '--out', out('first'))).stderr).toContain('is there already');

  await done('rotate', id, '--overlap', '0s', '--comment', 'stolen', '--out', out('second'));
  await done('watch', '--once', ...reload());
  await before.closed;
  await expect(connectWith(join(out('first'), id))).rejects.toThrow();
  const after = await connectWith(join(out('second'), id));

  await done('disable', id, '--by', 'ben');
  await done('watch', '--once', ...reload());
  await after.closed;
  await expect(connectWith(join(out('second'), id))).rejects.toThrow();
  await done('enable', id);
  await done('watch', '--once', ...reload());
  await connectWith(join(out('second'), id));

  const story = await done('show', id);
  expect(story).toContain(`${id} is active`);
  expect(story).toMatch(/group +north/);
  expect(story).toContain('revoked');
  expect(story).toMatch(/rotated {3}by .*: stolen/);
  expect(story).toContain('disabled  by ben');
}, 120_000);

it('a running watch puts a revocation in force within a minute, and stops when told', async () => {
  const id = ownName('truck');
  await done('add', id, '--out', out('watched'));
  const { closed } = await connectWith(join(out('watched'), id));
  const watch = spawn(
    process.execPath,
    [join(workspaceRoot, 'apps/cli/bin/navora.mjs'), 'devices', 'watch', '--every', '2s', ...reload()],
    { env: ownEnvironment({ ...testEnvironment(), ...settings }), stdio: 'ignore' },
  );
  const ended = once(watch, 'exit');
  try {
    const revokedAt = Date.now();
    await done('revoke', id, '--reason', 'key-compromise');
    await closed;
    expect(Date.now() - revokedAt).toBeLessThan(60_000);
    await expect(connectWith(join(out('watched'), id))).rejects.toThrow();
  } finally {
    watch.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect((await devices('enable', id)).stderr).toBe(
    `${id} is revoked: add it again, with a new certificate\n`,
  );
}, 120_000);

it("a device's own request is signed, and its key stays with it", async () => {
  const id = ownName('truck');
  writeFileSync(out('request.csr'), await certificateRequest('somebody-else', await newKeyPair()));
  await done('add', id, '--csr', out('request.csr'), '--out', out('own-key'));
  const certificate = new X509Certificate(readFileSync(join(out('own-key'), id, 'device.crt')));
  expect(certificate.subject).toBe(`CN=${id}`);
  expect(existsSync(join(out('own-key'), id, 'device.key'))).toBe(false);
});

it('imports many, tells of each line it leaves out, and goes on where it was', async () => {
  const group = ownName('group');
  const ids = Array.from({ length: 300 }, () => ownName('truck'));
  writeFileSync(
    out('devices.csv'),
    `vehicleId,group,driver\n${ids.map((id) => `${id},${group},${id}@example.org`).join('\n')}\nno good,x,y\n`,
  );
  const first = await devices('import', out('devices.csv'), '--out', out('many'));
  expect(first.code).toBe(1);
  expect(first.stderr).toContain('line 302: "no good" is no vehicle id');
  expect(first.stdout).toContain('300 devices added, 0 registered already, 1 lines left out');
  await connectWith(join(out('many'), ids[7] as string));
  const again = await devices('import', out('devices.csv'), '--out', out('many'));
  expect(again.stdout).toContain('0 devices added, 300 registered already, 1 lines left out');

  const { stdout, stderr } = await devices('list', '--group', group, '--json');
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(listed.map(({ vehicleId }) => vehicleId)).toEqual([...ids].sort());
  expect(listed[0]).toMatchObject({
    status: 'active',
    group,
    driver: expect.stringContaining('@') as string,
  });
  expect(stderr).toMatch(/^300 of \d+ devices/);
}, 120_000);

it('warns of certificates that end soon, and revokes those whose overlap is over', async () => {
  const group = ownName('group');
  const id = ownName('truck');
  await done('add', id, '--group', group, '--days', '20', '--out', out('short'));
  expect(await done('list', '--group', group)).toMatch(
    /warning: \d+ active devices are without one within 30 days/,
  );
  expect(await done('list', '--group', group, '--expiring', '10d')).toMatch(/^0 of/);
  expect(await done('list', '--group', group, '--expiring', '21d')).toContain(id);
  expect(await done('due', '--within', '21d')).toContain(id);
  await done('rotate', id, '--overlap', '1s', '--out', out('long'));
  await eventually(
    'the end of the overlap',
    async () => {
      await done('due');
      await done('watch', '--once', ...reload());
      return connectWith(join(out('short'), id)).then(
        () => false,
        () => true,
      );
    },
    { withinMs: 30_000, everyMs: 500 },
  );
  await connectWith(join(out('long'), id));
}, 120_000);
