import { type CassandraClient, createCassandra } from '@navora/cassandra';
import type { StackEndpoints } from '@navora/local-stack';
import { createLogger } from '@navora/runtime';

/** Looks into the tables with a client of its own, past all links. */
export async function withCassandra<T>(
  { cassandra }: StackEndpoints,
  work: (client: CassandraClient) => Promise<T>,
): Promise<T> {
  const client = createCassandra(
    {
      cassandraContactPoints: cassandra.contactPoints,
      cassandraPort: cassandra.port,
      cassandraDataCenter: cassandra.localDataCenter,
    },
    createLogger('drill', 'silent'),
  );
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.shutdown();
  }
}
