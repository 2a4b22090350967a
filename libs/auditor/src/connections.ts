import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { auth, Client, type ClientOptions, errors, types } from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';
import { AuditError } from './audit-error.js';
import type { AuditCredentials, CompleteOptions, CredentialFiles } from './options.js';

export function connectKafka({ kafkaBrokers, credentials }: CompleteOptions): Kafka {
  const tls = tlsOf(credentials.kafka);
  return new Kafka({
    ...{ clientId: 'navora-audit', brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING },
    ...(tls && { ssl: tls }),
    retry: { retries: 3 },
  });
}

export function connectCassandra(options: CompleteOptions): Client {
  const { cassandra, credentials } = options;
  return new Client({
    contactPoints: hostsOf(options),
    localDataCenter: cassandra.dataCenter,
    keyspace: cassandra.keyspace,
    queryOptions: { consistency: types.consistencies.localQuorum },
    encoding: { map: Map, useBigIntAsLong: true },
    ...cassandraCredentials(credentials.cassandra ?? {}),
  });
}

function cassandraCredentials({
  serverName,
  username,
  passwordFile,
  ...files
}: NonNullable<AuditCredentials['cassandra']>): Pick<ClientOptions, 'sslOptions' | 'authProvider'> {
  const tls = tlsOf(files);
  const named = serverName !== undefined && {
    servername: serverName,
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(serverName, certificate),
  };
  return {
    ...(tls && { sslOptions: { ...tls, ...named, rejectUnauthorized: true } }),
    ...(username !== undefined && {
      authProvider: new auth.PlainTextAuthProvider(username, passwordIn(passwordFile)),
    }),
  };
}

/** What the registry's client hands on to its HTTP client. */
export function registryCredentials({ credentials }: CompleteOptions) {
  const { caFile, username, passwordFile } = credentials.registry ?? {};
  return {
    ...(caFile !== undefined && { httpsAgent: new Agent(tlsOf({ caFile })) }),
    ...(username !== undefined && { auth: { username, password: passwordIn(passwordFile) } }),
  };
}

function tlsOf({ caFile, certFile, keyFile }: CredentialFiles = {}) {
  if (caFile === undefined) return undefined;
  return {
    ca: [contentsOf(caFile)],
    ...(certFile !== undefined && { cert: contentsOf(certFile) }),
    ...(keyFile !== undefined && { key: contentsOf(keyFile) }),
  };
}

function passwordIn(file: string | undefined): string {
  return file === undefined ? '' : contentsOf(file).toString().trimEnd();
}

function contentsOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AuditError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function hostsOf({ cassandra }: CompleteOptions): string[] {
  return cassandra.contactPoints.map((host) => (host.includes(':') ? host : `${host}:${cassandra.port}`));
}

/** Says which service failed, in one sentence. */
export async function reaching<T>(service: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(`${service} (${where}): ${sentenceOf(error)}`);
  }
}

/** The Cassandra driver prints its errors over many lines, and hides the cause in one of them. */
function sentenceOf(error: unknown): string {
  if (error instanceof errors.NoHostAvailableError) return 'no host could be reached';
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}
