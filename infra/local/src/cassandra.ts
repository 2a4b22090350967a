import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, policies, types } from 'cassandra-driver';
import { cassandraLogback, cassandraYaml, moduleFlags } from './cassandra-config.js';
import { type Component, type Launch, nodeName, type Site } from './component.js';
import { takesDirectWrites } from './direct-writes.js';
import { configFolder, dataFolder } from './instance.js';
import { quickStart } from './java.js';
import { copyRuntimeJars, download, isDownloaded } from './maven.js';
import { type NodeCount, nodeHost } from './nodes.js';
import { withPatientTimers } from './patient-timers.js';
import { StackError } from './stack-error.js';
import { versions } from './versions.js';

/** What SimpleSnitch calls the one datacenter there is. */
export const localDataCenter = 'datacenter1';

const title = `Cassandra ${versions.cassandra}`;
const pom = join(import.meta.dirname, '../cassandra/pom.xml');
const jars = (downloads: string): string => join(downloads, `cassandra-${versions.cassandra}`);

/** Nodes join the ring one after the other: two that come at once may each miss the other. */
export function cassandraNode(node: number, nodes: NodeCount): Component {
  const host = nodeHost(node);
  return {
    name: nodeName('cassandra', node),
    title: nodes === 1 ? title : `${title} (node ${node})`,
    host,
    port: 'cassandra',
    ...(node > 1 ? { after: nodeName('cassandra', node - 1) } : {}),
    fetched: (downloads) => isDownloaded(jars(downloads)),
    fetch: (downloads, signal) =>
      download({ title, folder: jars(downloads), pom, goal: copyRuntimeJars }, signal),
    prepare: (site) => prepareCassandra(site, node),
    ready: ({ cassandra }) => cassandraAnswers(host, cassandra),
    alive: ({ cassandra }) => cassandraAnswers(host, cassandra),
  };
}

async function prepareCassandra({ instance, ports, nodes, java }: Site, node: number): Promise<Launch> {
  const name = nodeName('cassandra', node);
  const conf = configFolder(instance, name);
  const data = dataFolder(instance, name);
  const scratch = join(data, 'tmp');
  mkdirSync(conf, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  const yaml = join(conf, 'cassandra.yaml');
  const logback = join(conf, 'logback.xml');
  writeFileSync(
    yaml,
    cassandraYaml({
      clusterName: `navora-${instance.name}`,
      ...{ ports, dataFolder: data, node, nodes },
      directWrites: takesDirectWrites(data),
    }),
  );
  writeFileSync(logback, cassandraLogback);
  const folder = jars(instance.downloads);
  return {
    env: { MALLOC_ARENA_MAX: '2' },
    ...withPatientTimers(java.command, [
      ...(nodes === 1 ? ['-Xms512m', '-Xmx1g'] : ['-Xms384m', '-Xmx640m']),
      ...quickStart,
      ...['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=100', '-XX:+ExitOnOutOfMemoryError'],
      ...moduleFlags,
      // From 18 on a program may set a security manager, as this one does, only if told so.
      ...(java.major >= 18 ? ['-Djava.security.manager=allow'] : []),
      `-javaagent:${join(folder, jammOf(folder))}`,
      '-Dcassandra-foreground=yes',
      `-Dcassandra.config=file://${yaml}`,
      `-Dcassandra.storagedir=${data}`,
      `-Dcassandra.logdir=${join(instance.root, 'logs')}`,
      `-Dlogback.configurationFile=file://${logback}`,
      ...(nodes === 1 ? alone : amongPeers),
      '-Dcassandra.shutdown_announce_in_ms=0',
      `-Djava.io.tmpdir=${scratch}`,
      ...['-cp', join(folder, '*'), 'org.apache.cassandra.service.CassandraDaemon'],
    ]),
  };
}

/** There is nobody to gossip with. */
const alone = ['-Dcassandra.skip_wait_for_gossip_to_settle=0', '-Dcassandra.ring_delay_ms=100'];

/** On one machine gossip settles within seconds; the defaults are made for data centres. */
const amongPeers = [
  '-Dcassandra.ring_delay_ms=3000',
  '-Dcassandra.gossip_settle_min_wait_ms=1500',
  '-Dcassandra.gossip_settle_interval_ms=500',
];

/** The agent that measures object sizes for the memtables; its version is whatever Cassandra depends on. */
function jammOf(folder: string): string {
  const jar = readdirSync(folder).find((name) => /^jamm-[\d.]+\.jar$/.test(name));
  if (!jar)
    throw new StackError(
      `${folder} has no jamm jar; delete that folder and run this again to fetch it anew.`,
    );
  return jar;
}

/** Rejects until this node answers CQL. */
export function cassandraAnswers(host: string, port: number): Promise<void> {
  return ask(host, port, 'SELECT release_version FROM system.local', types.consistencies.one);
}

/** Rejects until each node reaches all others: a table with three copies is read from all of them, through each. */
export async function cassandraWhole(hosts: string[], port: number): Promise<void> {
  const replicated =
    "SELECT * FROM system_distributed.view_build_status WHERE keyspace_name='' AND view_name=''";
  for (const host of hosts) await ask(host, port, replicated, types.consistencies.all);
}

async function ask(
  host: string,
  port: number,
  query: string,
  consistency: types.consistencies,
): Promise<void> {
  const { AllowListPolicy, RoundRobinPolicy } = policies.loadBalancing;
  const client = new Client({
    contactPoints: [host],
    protocolOptions: { port },
    localDataCenter,
    policies: { loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), [`${host}:${port}`]) },
    socketOptions: { connectTimeout: 1_000, readTimeout: 3_000 },
    queryOptions: { prepare: false, consistency },
  });
  try {
    await client.connect();
    await client.execute(query);
  } finally {
    await client.shutdown();
  }
}
