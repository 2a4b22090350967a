import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createCassandra, migrate, type CassandraClient } from '@navora/cassandra';
import { cassandraSettings, kafkaSettings, readConfiguration } from '@navora/runtime';
import { silent } from './a-journey.js';

/** For tests: where the real services are. */
export function servicesOf(environment: Record<string, string | undefined>) {
  return readConfiguration({ ...kafkaSettings, ...cassandraSettings }, environment);
}

/** Keyspaces, topics and groups of one test file: what it makes, it drops, and nobody else meets it. */
export function ownName(what: string): string {
  return `t_alerts_${what}_${randomBytes(4).toString('hex')}`;
}

/** A keyspace with the tables of alerts. */
export async function ownKeyspace(
  environment: Record<string, string | undefined>,
): Promise<{ client: CassandraClient; keyspace: string; drop(): Promise<void> }> {
  const client = createCassandra(servicesOf(environment), silent);
  await client.connect();
  const keyspace = ownName('ks');
  await migrate(client, {
    keyspace,
    folders: [
      { owner: 'alerts', path: fileURLToPath(new URL('../../migrations', import.meta.url)) },
      {
        owner: 'erasure',
        path: fileURLToPath(new URL('../../../../libs/erasure/migrations', import.meta.url)),
      },
    ],
    replication: "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}",
  });
  return {
    client,
    keyspace,
    async drop() {
      await client.execute(`DROP KEYSPACE ${keyspace}`, [], { prepare: false, readTimeout: 60_000 });
      await client.shutdown();
    },
  };
}
