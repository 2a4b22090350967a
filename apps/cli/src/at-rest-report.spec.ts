import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { secretsNamedIn } from './at-rest-places.js';
import { type AtRestReport, exitCodeOf, reportLines, taken } from './at-rest-report.js';
import { rightsProblem, secretsIn } from './at-rest-secrets.js';

const place = (encryption: 'encrypted' | 'not-encrypted' | 'cannot-tell', word?: string) =>
  taken('/data', { encryption, because: 'ext4 on vda' }, word);
const report = (over: Partial<AtRestReport> = {}): AtRestReport => ({
  ...{ places: [], secrets: [], unseen: [], ...over },
});

it('ends with 0 when all is well, 1 when something is to be mended, 3 when it cannot be told', () => {
  const [good, bad, unsure] = [place('encrypted'), place('not-encrypted'), place('cannot-tell')];
  expect(exitCodeOf(report({ places: [good] }))).toBe(0);
  expect(exitCodeOf(report({ places: [good, unsure] }))).toBe(3);
  expect(exitCodeOf(report({ places: [unsure, bad] }))).toBe(1);
  const open = { path: '/a.key', problem: 'others may read it: chmod 600' };
  expect(exitCodeOf(report({ places: [good], secrets: [open] }))).toBe(1);
  expect(exitCodeOf(report({ places: [good], unseen: ['/root'] }))).toBe(3);
});

it('takes somebody’s word for what cannot be told, and not for what is not encrypted', () => {
  const vouched = place('cannot-tell', 'EBS, key alias/navora');
  expect(exitCodeOf(report({ places: [vouched] }))).toBe(0);
  expect(reportLines(report({ places: [vouched] }))[0]).toBe(
    'on the word of EBS, key alias/navora  /data: ext4 on vda',
  );
  expect(exitCodeOf(report({ places: [place('not-encrypted', 'EBS')] }))).toBe(1);
});

it('says what is wrong with the rights of a key', () => {
  const mine = (mode: number) => rightsProblem({ mode: 0o100000 | mode, owner: 1000 }, 1000);
  expect(mine(0o600)).toBeUndefined();
  expect(mine(0o400)).toBeUndefined();
  expect(mine(0o644)).toBe('others may read it: chmod 600');
  expect(mine(0o660)).toBe('others may read and write it: chmod 600');
  expect(rightsProblem({ mode: 0o100600, owner: 0 }, 1000)).toBeUndefined();
  expect(rightsProblem({ mode: 0o100600, owner: 1001 }, 1000)).toBe(
    'it belongs to user 1001, who may read it',
  );
});

it('finds keys and passwords by their names, wherever in a folder they lie', () => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-secrets-'));
  mkdirSync(join(folder, 'tls/devices'), { recursive: true });
  for (const name of [
    'tls/devices/ca.key',
    'tls/devices/ca.crt',
    'smtp-password',
    'keys.txt',
    'x.Passphrase',
  ])
    writeFileSync(join(folder, name), '');
  chmodSync(join(folder, 'smtp-password'), 0o600);
  const { files, unseen } = secretsIn(folder);
  expect(files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
    ...['smtp-password', 'tls/devices/ca.key', 'x.Passphrase'],
  ]);
  expect(unseen).toEqual([]);
  expect(secretsIn(join(folder, 'keys.txt')).files).toEqual([join(folder, 'keys.txt')]);
  rmSync(folder, { recursive: true });
});

it('takes the files of keys and passwords that the environment names, and no certificates', () => {
  expect(
    secretsNamedIn({
      ...{ NAVORA_MQTT_KEY_FILE: '/b.key', NAVORA_MQTT_CERT_FILE: '/b.crt', NAVORA_MQTT_PASSWORD_FILE: '/a' },
      ...{ NAVORA_DEVICES_PASSPHRASE_FILE: '/c', NAVORA_OPERATOR_KEY_FILE: '', OTHER_KEY_FILE: '/d' },
    }),
  ).toEqual(['/a', '/b.key', '/c']);
});
