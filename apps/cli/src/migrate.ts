import { basename, join } from 'node:path';
import { createCassandra, migrate } from '@navora/cassandra';
import { createKafka, requireTopics } from '@navora/kafka';
import {
  cassandraSettings,
  createLogger,
  kafkaSettings,
  readConfiguration,
  setting,
  type Setting,
  text,
  wholeNumber,
  withDefault,
} from '@navora/runtime';
import {
  fullNameOf,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  TOPIC_LAYOUT,
  type TopicName,
} from '@navora/schemas';
import type { Admin } from 'kafkajs';
import { grantInCassandra, grantInKafka } from './grant.js';
import { schemaFrom } from './schema-file.js';
import { OWN_TREE, SchemaTree } from './schema-tree.js';
import { workspaceRoot } from './workspace.js';

/** Exported for whoever checks that what deploys it sets nothing else. */
export const migrateSettings = {
  ...kafkaSettings,
  ...cassandraSettings,
  topicReplication: setting('NAVORA_TOPIC_REPLICATION', withDefault(wholeNumber({ min: 1, max: 9 }), 1)),
  keyspaceReplication: setting(
    'NAVORA_KEYSPACE_REPLICATION',
    withDefault(text(/^(\d|\{.*\})$/, "a number of copies, or CQL's replication map"), '1'),
  ),
  retentionDays: setting('NAVORA_RETENTION_DAYS', withDefault(wholeNumber({ min: 1, max: 3650 }), 365)),
  kafkaGrantTo: granted('NAVORA_KAFKA_GRANT_TO', /^\w+:[^*\s]*\*[^*\s]*$/, 'User:navora-*'),
  cassandraGrantTo: granted('NAVORA_CASSANDRA_GRANT_TO', /^[^*\s"]*\*[^*\s"]*$/, 'navora_*'),
};

/** The names of our services where they are to be granted what they need; left out, they are not. */
function granted(variable: string, pattern: RegExp, example: string): Setting<string | undefined> {
  const schema = text(pattern, `a name with * for the service, such as ${example}`);
  return setting(variable, withDefault<string | undefined>(schema, undefined));
}

/** Makes topics, schemas and tables what this version needs. Repeatable; changes nothing that is right already. */
export async function migrateAll(
  environment: Record<string, string | undefined>,
  onStep: (step: string) => void,
): Promise<void> {
  const configuration = readConfiguration(migrateSettings, environment, 'migrate');
  const log = createLogger('migrate', 'silent');
  const admin = createKafka('navora-migrate', configuration, log).admin();
  const cassandra = createCassandra(configuration, log);
  try {
    await admin.connect();
    await makeTopics(admin, configuration.topicReplication, onStep);
    if (configuration.kafkaGrantTo !== undefined)
      await grantInKafka(admin, configuration.kafkaGrantTo, onStep);
    await registerSchemas(new SchemaRegistry(configuration), onStep);
    await cassandra.connect();
    const applied = await migrate(cassandra, {
      keyspace: configuration.cassandraKeyspace,
      replication: replicationMap(configuration.keyspaceReplication),
      folders: ['apps/processor', 'apps/alerts', 'apps/cli', 'libs/devices', 'libs/erasure'].map((owner) => ({
        owner: basename(owner),
        path: join(workspaceRoot, owner, 'migrations'),
      })),
      values: { retentionSeconds: String(configuration.retentionDays * 24 * 3600) },
      onApplied: (name) => onStep(`applied ${name}`),
    });
    if (applied === 0) onStep(`tables of keyspace ${configuration.cassandraKeyspace} are up to date`);
    if (configuration.cassandraGrantTo !== undefined)
      await grantInCassandra(
        cassandra,
        configuration.cassandraKeyspace,
        configuration.cassandraGrantTo,
        onStep,
      );
  } finally {
    await Promise.allSettled([admin.disconnect(), cassandra.shutdown()]);
  }
}

async function makeTopics(
  admin: Admin,
  replicationFactor: number,
  onStep: (step: string) => void,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const layout = Object.entries(TOPIC_LAYOUT);
  const topics = layout
    .filter(([topic]) => !existing.has(topic))
    .map(([topic, { partitions, settings }]) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries({ ...settings, ...minInSyncReplicas(replicationFactor) }).map(
        ([name, value]) => ({ name, value }),
      ),
    }));
  if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
  for (const { topic, numPartitions } of topics)
    onStep(`made topic ${topic} with ${numPartitions} partitions`);
  await requireTopics(
    admin,
    Object.fromEntries(layout.map(([topic, { partitions }]) => [topic, partitions])),
  );
}

/** A number is that many copies in each datacenter there is. */
function replicationMap(replication: string): string {
  if (replication.startsWith('{')) return replication;
  return `{'class': 'NetworkTopologyStrategy', 'replication_factor': ${replication}}`;
}

/** With one replica fewer than there are, `acks=all` means more than one copy, and one node may be away. */
function minInSyncReplicas(replicationFactor: number): Record<string, string> {
  return { 'min.insync.replicas': String(Math.max(1, replicationFactor - 1)) };
}

/**
 * Compatibility first, so that not even the first change can slip past it; then all that was ever released, so that
 * a registry that is new holds the next one against all of them.
 */
async function registerSchemas(registry: SchemaRegistry, onStep: (step: string) => void): Promise<void> {
  const tree = new SchemaTree(OWN_TREE);
  for (const topic of Object.keys(SCHEMA_OF_TOPIC) as TopicName[]) {
    const { text } = SCHEMA_OF_TOPIC[topic];
    const subject = subjectOf(topic);
    await registry.requireCompatibility(subject);
    const name = tree.nameOfRecord.get(fullNameOf(schemaFrom(text, topic)));
    for (const { schema } of name === undefined ? [] : tree.releases(name))
      await registry.register(subject, JSON.stringify(schema));
    onStep(`schema of ${subject} is registered as ${await registry.register(subject, text)}`);
  }
}
