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
  type KafkaLink,
  type StackEndpoints,
  type StackProgress,
} from '@navora/local-stack';
import { createLogger } from '@navora/runtime';
import {
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  TOPICS,
  type RegistryAccess,
  type TopicName,
} from '@navora/schemas';
import type { Admin, Kafka } from 'kafkajs';
import type { CommitLog } from './commit-log.js';
import { childEnvironment } from './config.js';
import { accessBy, identityOn, type Identity } from './identity.js';
import { workspaceRoot } from './workspace.js';

export interface BenchEndpoints {
  kafkaBrokers: string[];
  /** Where one may stand between Kafka and its clients; undefined where nobody can. */
  kafkaLink?: KafkaLink | undefined;
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
  /** Undefined where everything is plain text, and open to everybody. */
  identity?: Identity | undefined;
  /** Of Kafka, Cassandra and the MQTT broker. */
  pids: Record<string, number>;
  /** Where Cassandra's tables are on the disk, if that is here. */
  cassandraData?: string;
  /** Where Kafka's partitions are. */
  kafkaData?: string;
  /** `group` unless said. */
  commitLog?: CommitLog | undefined;
  /** The same services once more, beside these, and other in this; whoever asks for them ends them. */
  beside?(other: Pick<BenchStackOptions, 'tls' | 'commitLog'>): Promise<BenchStack>;
  close(): Promise<void>;
}

export interface BenchStackOptions {
  name: string;
  /** Other settings of cassandra.yaml than the local stack's, by name. */
  cassandraSettings: Record<string, string>;
  /** `group` when left out. */
  commitLog?: CommitLog;
  tls?: boolean;
  signal: AbortSignal;
  onProgress(event: StackProgress): void;
  onStep(step: string): void;
}

/** Processes that serve all sides. */
export const WATCHED: readonly string[] = ['kafka', 'cassandra', 'mqtt'];

/** With empty data, on free ports; in plain text unless said. */
export async function upBenchStack(options: BenchStackOptions): Promise<BenchStack> {
  const { name, cassandraSettings, commitLog, tls = false, signal, onProgress, onStep } = options;
  const endpoints = await startStack({
    ...{ name, wipe: true, tls, signal, onProgress },
    // Services that run for months are compiled as well as can be; a local stack's first minutes are all it has.
    tuning: { optimising: true, commitLog },
    environment: { cassandra: settingsIn(cassandraSettings) },
  });
  const stop = () => stopStack({ name });
  try {
    onStep('topics, schemas and tables');
    await navora('migrate', servicesEnv(endpoints));
    const pids = await stackPids(name);
    const opened = await openBenchStack(addressesOf(endpoints), pids, identityOn(endpoints));
    return {
      ...opened,
      cassandraData: join(componentData(name, 'cassandra'), 'data'),
      kafkaData: componentData(name, 'kafka'),
      commitLog,
      beside: (other) => upBenchStack({ ...options, ...other, name: `${name}-beside` }),
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
  identity?: Identity,
): Promise<BenchStack> {
  const log = createLogger('bench', 'silent');
  const access = { ...accessBy(identity), ...endpoints };
  const kafka = createKafka('navora-bench', access, log);
  const admin = kafka.admin();
  const cassandra = createCassandra(access, log);
  await Promise.all([admin.connect(), cassandra.connect()]);
  const readingSchemaId = await registerSchemas(access);
  const close = async () => {
    await Promise.allSettled([admin.disconnect(), cassandra.shutdown()]);
  };
  return { endpoints, kafka, admin, cassandra, readingSchemaId, identity, pids, close };
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
async function registerSchemas(access: RegistryAccess): Promise<number> {
  const registry = new SchemaRegistry(access);
  const register = (topic: TopicName) => registry.register(subjectOf(topic), SCHEMA_OF_TOPIC[topic].text);
  await register(TOPICS.signals);
  await register(TOPICS.deadLetters);
  return register(TOPICS.readings);
}

function addressesOf({ kafka, cassandra, registry, mqtt }: StackEndpoints): BenchEndpoints {
  return {
    kafkaBrokers: kafka.brokers,
    kafkaLink: kafka.links?.[0],
    cassandraContactPoints: cassandra.contactPoints,
    cassandraPort: cassandra.port,
    cassandraDataCenter: cassandra.localDataCenter,
    registryUrl: registry.url,
    mqttUrl: mqtt.servicesUrl,
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
