import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import {
  AUTHORITY_CERTIFICATE,
  AUTHORITY_KEY,
  type CertificateAuthority,
  createAuthority,
  newKeyPair,
  openAuthority,
  privateKeyPem,
} from '@navora/identity';
import { dataFolder, type Instance } from './instance.js';

/** PEM files of a certificate and its key. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Where a stack with TLS keeps what its clients show and trust. */
export interface StackTls {
  /** Folder of the authority of the vehicles' certificates: `ca.crt`, `ca.key`. */
  devices: string;
  /** The vehicles' certificates that are no longer good, as the broker reads them (PEM). */
  revoked: string;
  /** The certificate that servers and services are trusted by. */
  servicesCa: string;
  server: CertificateFiles;
  bridge: CertificateFiles;
  operator: CertificateFiles;
}

/** The names in the certificates of our own clients. */
export const PRINCIPALS = { bridge: 'navora-bridge', operator: 'navora-operator' } as const;

/** What an operator connects with: PEM. */
export function operatorCredentials({ operator, servicesCa }: StackTls) {
  return {
    ca: readFileSync(servicesCa),
    cert: readFileSync(operator.cert),
    key: readFileSync(operator.key),
  };
}

const YEARS = 10;
/** A list of a later time takes its place. */
const BEFORE_ALL_OTHERS = new Date('2000-01-01');
const CERTIFICATE_DAYS = 365;
const RENEW_BEFORE_MS = 30 * 24 * 3600_000;

export function stackTls(instance: Instance): StackTls {
  const folder = join(instance.root, 'tls');
  const files = (name: string): CertificateFiles => ({
    cert: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  return {
    devices: join(folder, 'devices'),
    // With the registry of devices it is forgotten when the stack is wiped.
    revoked: join(dataFolder(instance, 'mqtt'), 'revoked.crl'),
    servicesCa: join(folder, 'services', AUTHORITY_CERTIFICATE),
    server: files('mqtt'),
    bridge: files(PRINCIPALS.bridge),
    operator: files(PRINCIPALS.operator),
  };
}

/**
 * Makes what is missing or about to end. Vehicles and services have an authority each: a vehicle may be called what
 * it likes and is still no service.
 */
export async function makeStackTls(instance: Instance): Promise<StackTls> {
  const tls = stackTls(instance);
  const servicesFolder = join(instance.root, 'tls', 'services');
  const devices = await authorityIn(tls.devices, `Navora vehicles (${instance.name})`);
  const services = await authorityIn(servicesFolder, `Navora services (${instance.name})`);
  await certificateIn(tls.server, services, 'mqtt', ['127.0.0.1', 'localhost']);
  await certificateIn(tls.bridge, services, PRINCIPALS.bridge);
  await certificateIn(tls.operator, services, PRINCIPALS.operator);
  if (!existsSync(tls.revoked)) {
    mkdirSync(dataFolder(instance, 'mqtt'), { recursive: true });
    // TLS libraries that are told of a list refuse everybody without one.
    writeFileSync(tls.revoked, await devices.revocationList(0, BEFORE_ALL_OTHERS, []));
  }
  return tls;
}

async function authorityIn(folder: string, commonName: string): Promise<CertificateAuthority> {
  if (existsSync(join(folder, AUTHORITY_KEY))) return openAuthority(folder);
  return createAuthority(folder, { commonName, years: YEARS });
}

async function certificateIn(
  { cert, key }: CertificateFiles,
  authority: CertificateAuthority,
  commonName: string,
  hosts: string[] = [],
): Promise<void> {
  if (isGood(cert, key, authority)) return;
  const keys = await newKeyPair();
  const { pem } = await authority.issue({
    ...{ commonName, publicKey: keys.publicKey, days: CERTIFICATE_DAYS },
    purpose: { kind: 'service', hosts },
  });
  writeFileSync(key, privateKeyPem(keys.privateKey), { mode: 0o600 });
  writeFileSync(cert, pem);
}

function isGood(cert: string, key: string, authority: CertificateAuthority): boolean {
  if (!existsSync(cert) || !existsSync(key)) return false;
  const certificate = new X509Certificate(readFileSync(cert));
  const ends = Date.parse(certificate.validTo);
  return certificate.checkIssued(new X509Certificate(authority.pem)) && ends > Date.now() + RENEW_BEFORE_MS;
}
