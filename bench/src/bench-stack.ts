import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createCassandra, migrate, type CassandraClient } from '@navora/cassandra';
import { createKafka } from '@navora/kafka';
import {
  componentData,
  servicesEnv,
  stackStatus,
  startStack,
  stopStack,
  type StackEndpoints,
  type StackProgress,
} from '@navora/local-stack';
import { createLogger } from '@navora/runtime';
import { SCHEMA_OF_TOPIC, SchemaRegistry, subjectOf, TOPICS, type TopicName } from '@navora/schemas';
import type { Admin, Kafka } from 'kafkajs';
import type { CommitLog } from './commit-log.js';
import { childEnvironment } from './config.js';
import { workspaceRoot } from './workspace.js';

export interface BenchEndpoints {
  kafkaBrokers: string[];
  cassandraContactPoints: string[];
  cassandraPort: number;
  cassandraDataCenter: string;
  registryUrl: string;
  mqttUrl: string;
}

/** The services that all sides are measured on, and what looks into them. */
export interface BenchStack {
  endpoints: BenchEndpoints;
  kafka: Kafka;
  admin: Admin;
  cassandra: CassandraClient;
  readingSchemaId: number;
  /** Of Kafka, Cassandra and the MQTT broker. */
  pids: Record<string, number>;
  /** Where Cassandra's tables are on the disk, if that is here. */
  cassandraData?: string;
  /** Where Kafka's partitions are. */
  kafkaData?: string;
  close(): Promise<void>;
}

export interface BenchStackOptions {
  name: string;
  /** Other settings of cassandra.yaml than the local stack's, by name. */
  cassandraSettings: Record<string, string>;
  /** `group` when left out. */
  commitLog?: CommitLog;
  signal: AbortSignal;
  onProgress(event: StackProgress): void;
  onStep(step: string): void;
}

const WATCHED = ['kafka', 'cassandra', 'mqtt'];

/** In plain text, with empty data, on free ports. */
export async function upBenchStack({
  name,
  cassandraSettings,
  commitLog,
  signal,
  onProgress,
  onStep,
}: BenchStackOptions): Promise<BenchStack> {
  const endpoints = await startStack({
    ...{ name, wipe: true, tls: false, signal, onProgress },
    // Services that run for months are compiled as well as can be; a local stack's first minutes are all it has.
    tuning: { optimising: true, commitLog },
    environment: { cassandra: settingsIn(cassandraSettings) },
  });
  const stop = () => stopStack({ name });
  try {
    onStep('topics, schemas and tables');
    await navora('migrate', servicesEnv(endpoints));
    const opened = await openBenchStack(addressesOf(endpoints), await stackPids(name));
    return {
      ...opened,
      cassandraData: join(componentData(name, 'cassandra'), 'data'),
      kafkaData: componentData(name, 'kafka'),
      close: async () => {
        await opened.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** On a stack that runs already, and is left running. */
export async function openBenchStack(
  endpoints: BenchEndpoints,
  pids: Record<string, number>,
): Promise<BenchStack> {
  const log = createLogger('bench', 'silent');
  const kafka = createKafka('navora-bench', endpoints, log);
  const admin = kafka.admin();
  const cassandra = createCassandra(endpoints, log);
  await Promise.all([admin.connect(), cassandra.connect()]);
  const readingSchemaId = await registerSchemas(endpoints.registryUrl);
  const close = async () => {
    await Promise.allSettled([admin.disconnect(), cassandra.shutdown()]);
  };
  return { endpoints, kafka, admin, cassandra, readingSchemaId, pids, close };
}

/** Read by Java itself. */
function settingsIn(cassandraSettings: Record<string, string>): Record<string, string> {
  const settings = Object.entries(cassandraSettings).map(
    ([name, value]) => `-Dcassandra.settings.${name}=${value}`,
  );
  return {
    _JAVA_OPTIONS: ['-Dcassandra.config.allow_system_properties=true', ...settings].join(' '),
  };
}

/** Services refuse to start without theirs. @returns the id of that of readings */
async function registerSchemas(registryUrl: string): Promise<number> {
  const registry = new SchemaRegistry(registryUrl);
  const register = (topic: TopicName) => registry.register(subjectOf(topic), SCHEMA_OF_TOPIC[topic].text);
  await register(TOPICS.signals);
  await register(TOPICS.deadLetters);
  return register(TOPICS.readings);
}

function addressesOf({ kafka, cassandra, registry, mqtt }: StackEndpoints): BenchEndpoints {
  return {
    kafkaBrokers: kafka.brokers,
    cassandraContactPoints: cassandra.contactPoints,
    cassandraPort: cassandra.port,
    cassandraDataCenter: cassandra.localDataCenter,
    registryUrl: registry.url,
    mqttUrl: mqtt.url,
  };
}

export async function stackPids(name: string): Promise<Record<string, number>> {
  const { components } = await stackStatus({ name });
  return Object.fromEntries(
    components.flatMap(({ component, pid }) =>
      pid !== null && WATCHED.includes(component) ? [[component, pid]] : [],
    ),
  );
}

async function navora(command: string, environment: Record<string, string>): Promise<void> {
  const program = join(workspaceRoot, 'apps/cli/bin/navora.mjs');
  const child = spawn(process.execPath, [program, command], {
    cwd: workspaceRoot,
    env: childEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`navora ${command} failed: ${said}`);
}

const RETENTION_SECONDS = 365 * 24 * 3600;

/** A keyspace of one run's own, with the tables that the processor needs, and the alerts service if it takes part. */
export async function makeKeyspace(
  cassandra: CassandraClient,
  keyspace: string,
  alerts = false,
): Promise<void> {
  await migrate(cassandra, {
    keyspace,
    replication: "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}",
    folders: [
      { owner: 'processor', path: join(workspaceRoot, 'apps/processor/migrations') },
      { owner: 'erasure', path: join(workspaceRoot, 'libs/erasure/migrations') },
      ...(alerts ? [{ owner: 'alerts', path: join(workspaceRoot, 'apps/alerts/migrations') }] : []),
    ],
    values: { retentionSeconds: String(RETENTION_SECONDS) },
  });
}
