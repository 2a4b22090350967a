import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNotifications, type Notifications, parseNotifications } from './notifications-file.js';
import { notificationsJsonSchema } from './notifications-schema.js';

const config = fileURLToPath(new URL('../../../config', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-notifications-'));
  writeFileSync(join(folder, 'password'), 'open sesame\n');
  writeFileSync(join(folder, 'secret'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n');
  writeFileSync(join(folder, 'chat-url'), 'https://chat.example.org/hooks/abc\n');
  writeFileSync(join(folder, 'no-secret'), 'hush\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (text: string) => parseNotifications(text, join(folder, 'notifications.yaml'));

const WHOLE = `
channels:
  office: { kind: smtp, host: mail.example.org, user: navora, passwordFile: password, from: Navora <a@example.org> }
  erp: { kind: webhook, url: 'https://erp.example.org/alerts', secretFile: secret, timeout: 3s }
  ops: { kind: chat, urlFile: chat-url, atOnce: 1 }
routes:
  - { channel: office, addresses: [fleet@example.org], severities: [warning, critical] }
  - { to: driver, channel: office, transitions: [opened], atMostEvery: 1h }
  - { channel: erp, atMostEvery: 0s }
drivers:
  truck-17: anna@example.org
  van-*: vans@example.org
`;

function secretsOf(channels: Notifications['channels']): (string | undefined)[] {
  return [...channels.values()].map((channel) =>
    channel.kind === 'smtp'
      ? channel.auth?.pass()
      : channel.kind === 'webhook'
        ? channel.secret()
        : channel.url(),
  );
}

it('secrets are read again at each use; one that is being replaced is what it was', () => {
  const { channels } = parse(WHOLE);
  const other = `whsec_${'A'.repeat(32)}`;
  const before = readFileSync(join(folder, 'secret'));
  writeFileSync(join(folder, 'secret'), other);
  expect(secretsOf(channels)[1]).toBe(other);
  writeFileSync(join(folder, 'secret'), '');
  expect(secretsOf(channels)[1]).toBe(other);
  rmSync(join(folder, 'secret'));
  expect(secretsOf(channels)[1]).toBe(other);
  writeFileSync(join(folder, 'secret'), before);
  expect(secretsOf(channels)[1]).toBe(before.toString().trim());
});

describe('a notifications file', () => {
  it('is read with its defaults and its secrets', () => {
    const { channels, routes, drivers, retries } = parse(WHOLE);
    expect(channels.get('office')).toEqual({
      kind: 'smtp',
      host: 'mail.example.org',
      port: 587,
      secure: false,
      requireTls: false,
      auth: { user: 'navora', pass: expect.any(Function) as unknown },
      from: 'Navora <a@example.org>',
      timeoutMs: 10_000,
      atOnce: 4,
    });
    expect(channels.get('erp')).toMatchObject({ timeoutMs: 3000 });
    expect(channels.get('ops')).toMatchObject({ atOnce: 1 });
    expect(secretsOf(channels)).toEqual([
      'open sesame',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'https://chat.example.org/hooks/abc',
    ]);
    expect(routes[0]).toEqual({
      to: 'administration',
      channel: 'office',
      addresses: ['fleet@example.org'],
      severities: ['warning', 'critical'],
      transitions: ['opened', 'reopened', 'cleared'],
      atMostEveryMs: 900_000,
    });
    expect(routes[1]).toMatchObject({
      to: 'driver',
      severities: ['info', 'warning', 'critical'],
      atMostEveryMs: 3_600_000,
    });
    expect(drivers).toEqual([
      ['truck-17', 'anna@example.org'],
      ['van-*', 'vans@example.org'],
    ]);
    expect(retries).toEqual({ firstMs: 5000, longestMs: 300_000, giveUpAfterMs: 86_400_000 });
  });

  it('is refused with every mistake in it, each with its line and column', () => {
    const text = `channels:
  Office: { kind: smtp, host: mail.example.org, from: a@example.org }
  mail:
    kind: smtp
    port: 70000
    user: navora
    from: somebody
    colour: red
  ops: { kind: chat }
  pager: { kind: fax }
routes:
  - { channel: nowhere, severities: [grave] }
  - channel: mail
  - { to: driver, channel: ops, atMostEvery: often }
`;
    expect(() => parse(text)).toThrow(
      [
        `${join(folder, 'notifications.yaml')} is not a notifications file:`,
        '  line 2, column 3: Office: must be lower-case letters, digits and dashes',
        '  line 4, column 5: host: must be a host name or address, found nothing',
        '  line 5, column 11: port: must be a port: a whole number from 1 to 65535, found 70000',
        '  line 6, column 11: user: means nothing without passwordFile',
        '  line 7, column 11: from: must be an e-mail address, or a name and an address: Navora <alerts@example.org>, found "somebody"',
        '  line 8, column 5: colour: means nothing here',
        '  line 9, column 8: url: there must be exactly one of url and urlFile',
        '  line 10, column 18: kind: must be one of smtp, webhook, chat, found "fax"',
        '  line 12, column 16: channel: there is no channel "nowhere"',
        '  line 12, column 38: severities: must be one of info, warning, critical, found "grave"',
        '  line 13, column 5: addresses: an e-mail to administration needs addresses',
        '  line 14, column 11: to: there are no drivers in the file',
        '  line 14, column 11: to: only e-mail reaches addresses and drivers',
        '  line 14, column 46: atMostEvery: must be a length of time, such as 30s, 15m or 24h, found "often"',
      ].join('\n'),
    );
  });

  it('is refused when a secret cannot be read or is none, and the secret is not told', () => {
    const wrong = WHOLE.replace('passwordFile: password', 'passwordFile: nothing-here').replace(
      'secretFile: secret',
      'secretFile: no-secret',
    );
    const refused = () => parse(wrong);
    expect(refused).toThrow('line 3, column 77: passwordFile: nothing-here cannot be read (ENOENT)');
    expect(refused).toThrow('secretFile: no-secret must hold a signing secret');
    expect(refused).not.toThrow(/hush/);
  });

  it('is refused when it is no YAML, empty or away', () => {
    expect(() => parse('channels: [')).toThrow(/line 1, column/);
    expect(() => parse('')).toThrow(/channels: must name channels, found nothing/);
    expect(() => loadNotifications('/no/such/file')).toThrow('/no/such/file cannot be read (ENOENT)');
  });
});

it('has a JSON schema for editors, which is the one that is published (vitest -u writes it)', async () => {
  const filepath = join(config, 'notifications.schema.json');
  const style = { ...(await resolveConfig(filepath)), filepath };
  const schema = await format(JSON.stringify(notificationsJsonSchema()), style);
  await expect(schema).toMatchFileSnapshot(filepath);
});

it('has an example that is right but for the secrets', () => {
  const example = readFileSync(join(config, 'notifications.example.yaml'), 'utf8');
  const secretsHere = example
    .replace('secrets/smtp-password', 'password')
    .replace('secrets/fleet-office-webhook', 'secret')
    .replace('secrets/operations-chat-url', 'chat-url');
  expect([...parse(secretsHere).channels.keys()]).toEqual(['mail', 'fleet-office', 'operations']);
});
