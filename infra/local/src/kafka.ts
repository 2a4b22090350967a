import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Component, Launch, Site } from './component.js';
import { configFolder, dataFolder } from './instance.js';
import { kafkaLogging, kafkaSettings, propertiesFile } from './kafka-config.js';
import { copyRuntimeJars, download, isDownloaded } from './maven.js';
import { runToEnd } from './run-to-end.js';
import { versions } from './versions.js';

const title = `Kafka ${versions.kafka}`;
const pom = join(import.meta.dirname, '../kafka/pom.xml');
const jars = (downloads: string): string => join(downloads, `kafka-${versions.kafka}`);

export const kafka: Component = {
  name: 'kafka',
  title,
  fetched: (downloads) => isDownloaded(jars(downloads)),
  fetch: (downloads, signal) =>
    download({ title, folder: jars(downloads), pom, goal: copyRuntimeJars }, signal),
  prepare: prepareKafka,
  ready: ({ kafka }) => kafkaReady([`127.0.0.1:${kafka}`]),
  alive: ({ kafka }) => kafkaAlive([`127.0.0.1:${kafka}`]),
};

async function prepareKafka(site: Site, signal: AbortSignal): Promise<Launch> {
  const conf = configFolder(site.instance, 'kafka');
  const data = dataFolder(site.instance, 'kafka');
  mkdirSync(conf, { recursive: true });
  mkdirSync(data, { recursive: true });
  const properties = join(conf, 'node.properties');
  const logging = join(conf, 'log4j2.properties');
  const clients = `127.0.0.1:${site.ports.kafka}`;
  const controller = `127.0.0.1:${site.ports.kafkaController}`;
  writeFileSync(
    properties,
    propertiesFile(kafkaSettings({ clients, advertised: clients, controller, dataFolder: data })),
  );
  writeFileSync(logging, kafkaLogging);
  const java = [
    `-Dlog4j2.configurationFile=file:${logging}`,
    '-cp',
    join(jars(site.instance.downloads), '*'),
  ];
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = ['format', `--cluster-id=${randomBytes(16).toString('base64url')}`, '-c', properties];
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
      '-Xms256m',
      '-Xmx512m',
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

/**
 * Rejects until topics can be created: an open port says little, the controller may still be without a broker.
 * Creates nothing. Asking for a group makes Kafka create its offsets topic, so that the first consumer need not wait.
 */
export async function kafkaReady(brokers: string[]): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const probe = { topic: 'navora-stack-probe', numPartitions: 1, replicationFactor: 1 };
    await admin.createTopics({ topics: [probe], validateOnly: true, waitForLeaders: false, timeout: 3_000 });
    await admin.describeGroups(['navora-stack-probe']);
  });
}

export async function kafkaAlive(brokers: string[]): Promise<void> {
  await withAdmin(brokers, async (admin) => void (await admin.describeCluster()));
}

async function withAdmin(
  brokers: string[],
  ask: (admin: ReturnType<Kafka['admin']>) => Promise<void>,
): Promise<void> {
  const client = new Kafka({
    clientId: 'navora-stack-probe',
    brokers,
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
