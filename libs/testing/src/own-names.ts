import { randomBytes } from 'node:crypto';
import { auth, Client } from 'cassandra-driver';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Endpoints } from './endpoints.js';
import { makeServedTopics } from './served-topics.js';

/** A name no other test has: lower-case letters, digits and `_`. */
export function ownName(what: string): string {
  return `${what}_${randomBytes(5).toString('hex')}`;
}

export function quietKafka({ kafkaBrokers }: Endpoints): Kafka {
  return new Kafka({ clientId: 'navora-test', brokers: kafkaBrokers, logLevel: logLevel.NOTHING });
}

/** A topic of the test's own, deleted when the test disposes of it. */
export async function ownTopic(
  endpoints: Endpoints,
  partitions: number,
): Promise<{ topic: string; dispose(): Promise<void> }> {
  const topic = ownName('topic');
  const admin: Admin = quietKafka(endpoints).admin();
  await admin.connect();
  await makeServedTopics(admin, [{ topic, numPartitions: partitions, replicationFactor: 1 }]);
  return {
    topic,
    dispose: async () => {
      await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
      await admin.disconnect();
    },
  };
}

export type TestCassandra = { client: Client; keyspace: string; dispose(): Promise<void> };

/** A client, and the name of a keyspace of the test's own, dropped when the test disposes of it. */
export async function ownKeyspace(endpoints: Endpoints): Promise<TestCassandra> {
  const keyspace = ownName('test');
  const client = new Client({
    contactPoints: endpoints.cassandraContactPoints,
    localDataCenter: endpoints.cassandraDataCenter,
    protocolOptions: { port: endpoints.cassandraPort },
    authProvider: new auth.PlainTextAuthProvider('cassandra', 'cassandra'),
    encoding: { useBigIntAsLong: true },
    socketOptions: { readTimeout: 20_000 },
  });
  await client.connect();
  return {
    client,
    keyspace,
    dispose: async () => {
      await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`).catch(() => undefined);
      await client.shutdown();
    },
  };
}
