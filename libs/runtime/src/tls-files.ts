import { readFileSync } from 'node:fs';
import { readableFile, type Setting } from './config.js';

/** PEM files. Read at each connection: certificates end, and are replaced while we run. */
export interface TlsFiles {
  /** The authorities whose servers are trusted; left out, the well-known ones. */
  caFile?: string | undefined;
  /** Our own certificate, with those between it and its authority, and its key. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

/** What Node's `tls` takes. */
export interface TlsCredentials {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  minVersion: 'TLSv1.2';
}

/** @throws Error when a file cannot be read. */
export function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles): TlsCredentials {
  return {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
    minVersion: 'TLSv1.2',
  };
}

/** @throws Error when it cannot be read. */
export function readSecret(path: string): string {
  // Editors end a file with a newline; no password does.
  return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
}

/** The three files of a kind of service, such as `NAVORA_KAFKA_CA_FILE`. */
export function tlsFileSettings<Prefix extends string>(prefix: Prefix, variable: string) {
  return {
    [`${prefix}CaFile`]: readableFile(`NAVORA_${variable}_CA_FILE`),
    [`${prefix}CertFile`]: readableFile(`NAVORA_${variable}_CERT_FILE`),
    [`${prefix}KeyFile`]: readableFile(`NAVORA_${variable}_KEY_FILE`),
  } as Record<`${Prefix}${'Ca' | 'Cert' | 'Key'}File`, Setting<string | undefined>>;
}
