import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority, openAuthority } from './authority-folder.js';
import { newKeyPair, privateKeyPem } from './key-pair.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'navora-authority-')), 'ca');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const WISH = { commonName: 'Devices', years: 1 };

it('keeps an authority: what is opened is what was made, and only its owner may read the key', async () => {
  const made = await createAuthority(folder, WISH);
  const opened = await openAuthority(folder);
  expect(opened.fingerprint).toBe(made.fingerprint);
  expect(statSync(join(folder, 'ca.key')).mode & 0o777).toBe(0o600);
  const { publicKey } = await newKeyPair();
  await opened.issue({ commonName: 'v1', publicKey, days: 1, purpose: { kind: 'device' } });
});

it('never takes the place of another', async () => {
  await createAuthority(folder, WISH);
  await expect(createAuthority(folder, WISH)).rejects.toThrow(`${folder} holds an authority already`);
});

it('is worthless on disk without its passphrase', async () => {
  await createAuthority(folder, { ...WISH, passphrase: 'correct horse' });
  expect(readFileSync(join(folder, 'ca.key'), 'utf8')).toContain('ENCRYPTED');
  await openAuthority(folder, 'correct horse');
  await expect(openAuthority(folder)).rejects.toThrow('is encrypted, and no passphrase was given');
  await expect(openAuthority(folder, 'battery')).rejects.toThrow('the passphrase is not that of its key');
});

it('says what is wrong with a folder', async () => {
  await expect(openAuthority(folder)).rejects.toThrow(`${join(folder, 'ca.crt')} cannot be read: ENOENT`);
  await createAuthority(folder, WISH);
  const { privateKey } = await newKeyPair();
  writeFileSync(join(folder, 'ca.key'), privateKeyPem(privateKey));
  await expect(openAuthority(folder)).rejects.toThrow('the key is not the one of the certificate');
  writeFileSync(join(folder, 'ca.key'), 'rubbish');
  await expect(openAuthority(folder)).rejects.toThrow('holds no authority that can be used');
});
