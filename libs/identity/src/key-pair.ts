import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';

/** ECDSA on P-256: small, quick on both ends of a handshake, and known to every TLS library a device may have. */
export const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface KeyPair {
  publicKey: webcrypto.CryptoKey;
  privateKey: webcrypto.CryptoKey;
}

export function newKeyPair(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
}

/** PKCS #8 as PEM; with a passphrase it is of no use to whoever finds the file. */
export function privateKeyPem(key: webcrypto.CryptoKey, passphrase?: string): string {
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return KeyObject.from(key)
    .export({ type: 'pkcs8', format: 'pem', ...encryption })
    .toString();
}

/** @throws Error for a wrong passphrase, and for what is no key on P-256. */
export async function privateKeyFrom(pem: string, passphrase?: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, SIGNING, false, ['sign']);
}
