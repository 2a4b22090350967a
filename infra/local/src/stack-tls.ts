import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import { dataFolder, type Instance, logFile } from './instance.js';
import { hostsOf } from './nodes.js';

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
  /** What the broker says, of who comes and goes too. */
  brokerLog: string;
  /** The certificate that servers and services are trusted by. */
  servicesCa: string;
  servers: Record<Server, CertificateFiles>;
  clients: Record<Client, ClientFiles>;
  /** Names of files of whoever puts its own name into them. */
  anyService: ClientFiles;
}

const SERVERS = ['mqtt', 'kafka', 'cassandra', 'registry'] as const;
type Server = (typeof SERVERS)[number];

/** `consumer` is for programs of others that read from Kafka; `admin` is the stack itself, which may do anything. */
export const CLIENTS = [
  'bridge',
  'processor',
  'alerts',
  'operator',
  'erase',
  'watch',
  'migrate',
  'consumer',
  'admin',
] as const;
export type Client = (typeof CLIENTS)[number];

/** What one of our clients shows: its certificate where those are asked for, its password in Cassandra. */
export interface ClientFiles extends CertificateFiles {
  password: string;
}

/** The name in a client's certificate: who it is in Kafka and at the MQTT broker. */
export const principalOf = (client: Client | AnyService): string => `navora-${client}`;
/** Who it is in Cassandra, where a name with a hyphen would have to be quoted. */
export const roleOf = (client: Client | AnyService): string => `navora_${client}`;

/** Whoever reads it puts its own name there, and has files of its own. */
export const ANY_SERVICE = '{service}';
type AnyService = typeof ANY_SERVICE;

/** What an operator connects with: PEM. */
export const operatorCredentials = (tls: StackTls) => credentialsOf(tls, 'operator');

/** PEM. */
export function credentialsOf({ clients, servicesCa }: StackTls, client: Client) {
  const { cert, key } = clients[client];
  return { ca: readFileSync(servicesCa), cert: readFileSync(cert), key: readFileSync(key) };
}

/** As Kafka and Cassandra take it: one PEM file. */
export function keyAndCertificate({ cert, key }: CertificateFiles): string {
  return `${readFileSync(key, 'utf8')}\n${readFileSync(cert, 'utf8')}`;
}

export function passwordOf({ clients }: StackTls, client: Client): string {
  return readFileSync(clients[client].password, 'utf8').trimEnd();
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
  const clientFiles = (client: Client | AnyService): ClientFiles => {
    const name = principalOf(client);
    return { ...files(name), password: join(folder, `${name}.password`) };
  };
  return {
    devices: join(folder, 'devices'),
    // With the registry of devices it is forgotten when the stack is wiped.
    revoked: join(dataFolder(instance, 'mqtt'), 'revoked.crl'),
    brokerLog: logFile(instance, 'mqtt'),
    servicesCa: join(folder, 'services', AUTHORITY_CERTIFICATE),
    servers: Object.fromEntries(SERVERS.map((server) => [server, files(server)])) as StackTls['servers'],
    clients: Object.fromEntries(
      CLIENTS.map((client) => [client, clientFiles(client)]),
    ) as StackTls['clients'],
    anyService: clientFiles(ANY_SERVICE),
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
  const hosts = [...hostsOf(3), 'localhost'];
  for (const server of SERVERS) await certificateIn(tls.servers[server], services, server, hosts);
  for (const client of CLIENTS) {
    await certificateIn(tls.clients[client], services, principalOf(client));
    passwordIn(tls.clients[client].password);
  }
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

function passwordIn(file: string): void {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
}

function isGood(cert: string, key: string, authority: CertificateAuthority): boolean {
  if (!existsSync(cert) || !existsSync(key)) return false;
  const certificate = new X509Certificate(readFileSync(cert));
  const ends = Date.parse(certificate.validTo);
  return certificate.checkIssued(new X509Certificate(authority.pem)) && ends > Date.now() + RENEW_BEFORE_MS;
}
