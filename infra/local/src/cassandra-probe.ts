import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { auth, Client, type ClientOptions, policies, types } from 'cassandra-driver';
import { type Client as StackClient, credentialsOf, passwordOf, roleOf, type StackTls } from './stack-tls.js';

/** What SimpleSnitch calls the one datacenter there is. */
export const localDataCenter = 'datacenter1';

export interface Login {
  username: string;
  password: string;
}

const PATIENCE_MS = 3_000;

/** Rejects until this node answers CQL. */
export async function cassandraAnswers(
  host: string,
  port: number,
  tls: StackTls | null = null,
): Promise<void> {
  const query = 'SELECT release_version FROM system.local';
  await ask([host], port, tls, (client) => client.execute(query));
}

/** Rejects until this node answers at all. */
export async function cassandraPresent(host: string, port: number, tls: StackTls | null): Promise<void> {
  const { ca } = tls ? credentialsOf(tls, 'admin') : {};
  const socket = connectTls({ host, port, ca, timeout: PATIENCE_MS });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE_MS) });
  } finally {
    socket.destroy();
  }
}

/** Rejects until each node reaches all others: a table with three copies is read from all of them, through each. */
export async function cassandraWhole(hosts: string[], port: number, tls: StackTls | null): Promise<void> {
  const replicated =
    "SELECT * FROM system_distributed.view_build_status WHERE keyspace_name='' AND view_name=''";
  const options = { consistency: types.consistencies.all };
  for (const host of hosts) await ask([host], port, tls, (client) => client.execute(replicated, [], options));
}

/** Works with a client that knows these nodes only; by default, where there are roles, as the stack itself. */
export async function ask<T>(
  hosts: string[],
  port: number,
  tls: StackTls | null,
  work: (client: Client) => Promise<T>,
  login: Login | undefined = tls ? loginOf(tls, 'admin') : undefined,
): Promise<T> {
  const { AllowListPolicy, RoundRobinPolicy } = policies.loadBalancing;
  const addresses = hosts.map((host) => `${host}:${port}`);
  const client = new Client({
    contactPoints: hosts,
    protocolOptions: { port },
    localDataCenter,
    policies: { loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), addresses) },
    socketOptions: { connectTimeout: 1_000, readTimeout: PATIENCE_MS },
    queryOptions: { prepare: false, consistency: types.consistencies.one },
    ...(tls && { sslOptions: sslOptionsOf(tls) }),
    ...(login && { authProvider: new auth.PlainTextAuthProvider(login.username, login.password) }),
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.shutdown();
  }
}

export function loginOf(tls: StackTls, client: StackClient): Login {
  return { username: roleOf(client), password: passwordOf(tls, client) };
}

function sslOptionsOf(tls: StackTls): ClientOptions['sslOptions'] {
  return { ca: credentialsOf(tls, 'admin').ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' };
}
