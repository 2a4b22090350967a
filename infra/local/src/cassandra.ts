import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'cassandra-driver';
import { cassandraLogback, cassandraYaml, moduleFlags } from './cassandra-config.js';
import type { Component, Launch, Site } from './component.js';
import { configFolder, dataFolder } from './instance.js';
import { copyRuntimeJars, download, isDownloaded } from './maven.js';
import { StackError } from './stack-error.js';
import { versions } from './versions.js';

/** What SimpleSnitch calls the one datacenter there is. */
export const localDataCenter = 'datacenter1';

const title = `Cassandra ${versions.cassandra}`;
const pom = join(import.meta.dirname, '../cassandra/pom.xml');
const jars = (downloads: string): string => join(downloads, `cassandra-${versions.cassandra}`);

export const cassandra: Component = {
  name: 'cassandra',
  title,
  fetched: (downloads) => isDownloaded(jars(downloads)),
  fetch: (downloads, signal) =>
    download({ title, folder: jars(downloads), pom, goal: copyRuntimeJars }, signal),
  prepare: prepareCassandra,
  ready: ({ cassandra }) => cassandraAnswers('127.0.0.1', cassandra),
  alive: ({ cassandra }) => cassandraAnswers('127.0.0.1', cassandra),
};

async function prepareCassandra({ instance, ports, java }: Site): Promise<Launch> {
  const conf = configFolder(instance, 'cassandra');
  const data = dataFolder(instance, 'cassandra');
  const scratch = join(data, 'tmp');
  mkdirSync(conf, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  const yaml = join(conf, 'cassandra.yaml');
  const logback = join(conf, 'logback.xml');
  writeFileSync(yaml, cassandraYaml(`navora-${instance.name}`, ports, data));
  writeFileSync(logback, cassandraLogback);
  const folder = jars(instance.downloads);
  return {
    command: java.command,
    env: { MALLOC_ARENA_MAX: '2' },
    args: [
      ...['-Xms512m', '-Xmx1g', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=100', '-XX:+ExitOnOutOfMemoryError'],
      ...moduleFlags,
      // From 18 on a program may set a security manager, as this one does, only if told so.
      ...(java.major >= 18 ? ['-Djava.security.manager=allow'] : []),
      `-javaagent:${join(folder, jammOf(folder))}`,
      '-Dcassandra-foreground=yes',
      `-Dcassandra.config=file://${yaml}`,
      `-Dcassandra.storagedir=${data}`,
      `-Dcassandra.logdir=${join(instance.root, 'logs')}`,
      `-Dlogback.configurationFile=file://${logback}`,
      // There is nobody to gossip with.
      '-Dcassandra.skip_wait_for_gossip_to_settle=0',
      '-Dcassandra.ring_delay_ms=100',
      '-Dcassandra.shutdown_announce_in_ms=0',
      `-Djava.io.tmpdir=${scratch}`,
      ...['-cp', join(folder, '*'), 'org.apache.cassandra.service.CassandraDaemon'],
    ],
  };
}

/** The agent that measures object sizes for the memtables; its version is whatever Cassandra depends on. */
function jammOf(folder: string): string {
  const jar = readdirSync(folder).find((name) => /^jamm-[\d.]+\.jar$/.test(name));
  if (!jar)
    throw new StackError(
      `${folder} has no jamm jar; delete that folder and run this again to fetch it anew.`,
    );
  return jar;
}

/** Rejects until CQL is answered. */
export async function cassandraAnswers(
  host: string,
  port: number,
  dataCenter = localDataCenter,
): Promise<void> {
  const client = new Client({
    contactPoints: [host],
    protocolOptions: { port },
    localDataCenter: dataCenter,
    socketOptions: { connectTimeout: 1_000, readTimeout: 3_000 },
    queryOptions: { prepare: false },
  });
  try {
    await client.connect();
    await client.execute('SELECT release_version FROM system.local');
  } finally {
    await client.shutdown();
  }
}
