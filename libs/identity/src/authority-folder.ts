import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateAuthority } from './certificate-authority.js';
import { privateKeyFrom, privateKeyPem } from './key-pair.js';

/** One sentence about a folder that is no authority, or not one that can be used. */
export class AuthorityError extends Error {
  override name = 'AuthorityError';
}

export const AUTHORITY_CERTIFICATE = 'ca.crt';
export const AUTHORITY_KEY = 'ca.key';

export interface NewAuthority {
  commonName: string;
  years: number;
  /** Encrypts the key on disk. */
  passphrase?: string | undefined;
}

/** Makes an authority, `ca.crt` and `ca.key` (readable by its owner only). @throws AuthorityError if there is one. */
export async function createAuthority(folder: string, wish: NewAuthority): Promise<CertificateAuthority> {
  const keyFile = join(folder, AUTHORITY_KEY);
  if (existsSync(keyFile) || existsSync(join(folder, AUTHORITY_CERTIFICATE))) {
    throw new AuthorityError(
      `${folder} holds an authority already: another in its place would make all its certificates worthless`,
    );
  }
  const { authority, keys } = await CertificateAuthority.create(wish.commonName, wish.years);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(keyFile, privateKeyPem(keys.privateKey, wish.passphrase), { mode: 0o600, flag: 'wx' });
  writeFileSync(join(folder, AUTHORITY_CERTIFICATE), authority.pem);
  return authority;
}

/** @throws AuthorityError */
export async function openAuthority(folder: string, passphrase?: string): Promise<CertificateAuthority> {
  const certificate = read(join(folder, AUTHORITY_CERTIFICATE));
  const key = read(join(folder, AUTHORITY_KEY));
  if (passphrase === undefined && key.includes('ENCRYPTED'))
    throw new AuthorityError(
      `the key of the authority in ${folder} is encrypted, and no passphrase was given`,
    );
  let authority: CertificateAuthority;
  try {
    authority = await CertificateAuthority.of(certificate, await privateKeyFrom(key, passphrase));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ERR_OSSL_BAD_DECRYPT' ? 'the passphrase is not that of its key' : message;
    throw new AuthorityError(`${folder} holds no authority that can be used: ${reason}`);
  }
  if (authority.notAfter.getTime() < Date.now())
    throw new AuthorityError(`the authority in ${folder} ended on ${authority.notAfter.toISOString()}`);
  return authority;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AuthorityError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
