import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { type Component, type Launch, nodeName, type Site } from './component.js';
import { configFolder, dataFolder, dataRoot, type Instance } from './instance.js';
import {
  type KafkaAddresses,
  kafkaLogging,
  type KafkaSecurity,
  kafkaSettings,
  propertiesFile,
} from './kafka-config.js';
import { compilerFlags } from './java.js';
import { copyRuntimeJars, download, isDownloaded } from './maven.js';
import { hostsOf, type NodeCount, nodeHost } from './nodes.js';
import { runToEnd } from './run-to-end.js';
import { credentialsOf, keyAndCertificate, principalOf, type StackTls } from './stack-tls.js';
import { versions } from './versions.js';

const title = `Kafka ${versions.kafka}`;
const pom = join(import.meta.dirname, '../kafka/pom.xml');
const jars = (downloads: string): string => join(downloads, `kafka-${versions.kafka}`);

/** The nodes are each other's peers: whichever is asked, all of them make the quorum. */
export function kafkaNode(node: number, nodes: NodeCount, tls: StackTls | null = null): Component {
  const name = nodeName('kafka', node);
  const host = nodeHost(node);
  return {
    name,
    title: nodes === 1 ? title : `${title} (node ${node})`,
    host,
    port: 'kafka',
    // A start is all processor: seven at once would make each miss its time on a small machine.
    ...(nodes > 1 ? { after: nodeName('cassandra', nodes) } : {}),
    fetched: (downloads) => isDownloaded(jars(downloads)),
    fetch: (downloads, signal) =>
      download({ title, folder: jars(downloads), pom, goal: copyRuntimeJars }, signal),
    prepare: (site, signal) => prepareKafka(site, { node, tls }, signal),
    ready: ({ kafka }) => kafkaReady([`${host}:${kafka}`], tls),
    alive: ({ kafka }) => kafkaAlive([`${host}:${kafka}`], tls),
  };
}

async function prepareKafka(
  site: Site,
  { node, tls }: { node: number; tls: StackTls | null },
  signal: AbortSignal,
): Promise<Launch> {
  const name = nodeName('kafka', node);
  const conf = configFolder(site.instance, name);
  const data = dataFolder(site.instance, name);
  mkdirSync(conf, { recursive: true });
  mkdirSync(data, { recursive: true });
  const properties = join(conf, 'node.properties');
  const logging = join(conf, 'log4j2.properties');
  const { kafka, kafkaLinked, kafkaLink, kafkaController } = site.ports;
  const at = (port: number): string => `${nodeHost(node)}:${port}`;
  const addresses: KafkaAddresses = {
    clients: at(kafka),
    advertised: at(kafka),
    linked: { clients: at(kafkaLinked), advertised: at(kafkaLink) },
    secure: tls ? securityIn(conf, tls) : undefined,
    controllers: hostsOf(site.nodes).map((host) => `${host}:${kafkaController}`),
    dataFolder: data,
  };
  writeFileSync(properties, propertiesFile(kafkaSettings(addresses, node)));
  writeFileSync(logging, kafkaLogging);
  const java = [
    `-Dlog4j2.configurationFile=file:${logging}`,
    '-cp',
    join(jars(site.instance.downloads), '*'),
  ];
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = ['format', `--cluster-id=${clusterId(site.instance)}`, '-c', properties];
    await runToEnd(
      site.java.command,
      [
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        ...java,
        'kafka.tools.StorageTool',
        ...format,
        '--ignore-formatted',
      ],
      signal,
    );
  }
  return {
    command: site.java.command,
    args: [
      ...(site.nodes === 1 ? ['-Xms256m', '-Xmx512m'] : ['-Xms128m', '-Xmx384m']),
      ...compilerFlags(site.tuning),
      '-XX:+UseG1GC',
      '-XX:MaxGCPauseMillis=20',
      '-XX:+ExitOnOutOfMemoryError',
      '-Djava.awt.headless=true',
      ...java,
      'kafka.Kafka',
      properties,
    ],
  };
}

function securityIn(folder: string, { servers, servicesCa }: StackTls): KafkaSecurity {
  const keystore = join(folder, 'keystore.pem');
  writeFileSync(keystore, keyAndCertificate(servers.kafka), { mode: 0o600 });
  return {
    keystore,
    truststore: servicesCa,
    superUsers: ['kafka', principalOf('admin'), principalOf('migrate')],
  };
}

/** One for all nodes of an instance, made by whichever is prepared first. */
function clusterId(instance: Instance): string {
  const file = join(dataRoot(instance), 'kafka-cluster-id');
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('base64url'));
  return readFileSync(file, 'utf8');
}

/**
 * Rejects until topics can be created: an open port says little, the controller may still be without a broker.
 * Creates nothing. Asking for a group makes Kafka create its offsets topic, so that the first consumer need not wait.
 */
export async function kafkaReady(brokers: string[], tls: StackTls | null = null): Promise<void> {
  await withAdmin(brokers, tls, async (admin) => {
    const probe = { topic: 'navora-stack-probe', numPartitions: 1, replicationFactor: 1 };
    await admin.createTopics({ topics: [probe], validateOnly: true, waitForLeaders: false, timeout: 3_000 });
    await admin.describeGroups(['navora-stack-probe']);
  });
}

export async function kafkaAlive(brokers: string[], tls: StackTls | null = null): Promise<void> {
  await withAdmin(brokers, tls, async (admin) => void (await admin.describeCluster()));
}

/** Rejects until every partition has all its copies again: until then the loss of another node would stop it. */
export async function kafkaWhole(brokers: string[], tls: StackTls | null): Promise<void> {
  await withAdmin(brokers, tls, async (admin) => {
    const { brokers: present } = await admin.describeCluster();
    if (present.length < brokers.length)
      throw new Error(`${present.length} of ${brokers.length} Kafka nodes are there`);
    const { topics } = await admin.fetchTopicMetadata();
    for (const { name, partitions } of topics)
      for (const { isr, partitionId, replicas } of partitions)
        if (isr.length < replicas.length) throw new Error(`a copy of ${name}/${partitionId} is behind`);
  });
}

async function withAdmin(
  brokers: string[],
  tls: StackTls | null,
  ask: (admin: ReturnType<Kafka['admin']>) => Promise<void>,
): Promise<void> {
  const client = new Kafka({
    clientId: 'navora-stack-probe',
    brokers,
    ...(tls && { ssl: credentialsOf(tls, 'admin') }),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
