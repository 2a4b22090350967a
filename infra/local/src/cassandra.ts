import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cassandraLogback, type CassandraSecurity, cassandraYaml, moduleFlags } from './cassandra-config.js';
import { cassandraAnswers, cassandraPresent } from './cassandra-probe.js';
import { makeRoles } from './cassandra-roles.js';
import { type Component, type Launch, nodeName, type Site } from './component.js';
import { takesDirectWrites } from './direct-writes.js';
import { configFolder, dataFolder } from './instance.js';
import { compilerFlags } from './java.js';
import { copyRuntimeJars, download, isDownloaded } from './maven.js';
import { type NodeCount, nodeHost } from './nodes.js';
import { withPatientTimers } from './patient-timers.js';
import { StackError } from './stack-error.js';
import { keyAndCertificate, type StackTls } from './stack-tls.js';
import { versions } from './versions.js';

const title = `Cassandra ${versions.cassandra}`;
const pom = join(import.meta.dirname, '../cassandra/pom.xml');
const jars = (downloads: string): string => join(downloads, `cassandra-${versions.cassandra}`);

/** Nodes join the ring one after the other: two that come at once may each miss the other. */
export function cassandraNode(node: number, nodes: NodeCount, tls: StackTls | null = null): Component {
  const host = nodeHost(node);
  // Who may log in is known to a majority of nodes: one alone cannot say.
  const answers = tls && nodes > 1 ? cassandraPresent : cassandraAnswers;
  return {
    name: nodeName('cassandra', node),
    title: nodes === 1 ? title : `${title} (node ${node})`,
    host,
    port: 'cassandra',
    ...(node > 1 ? { after: nodeName('cassandra', node - 1) } : {}),
    fetched: (downloads) => isDownloaded(jars(downloads)),
    fetch: (downloads, signal) =>
      download({ title, folder: jars(downloads), pom, goal: copyRuntimeJars }, signal),
    prepare: (site) => prepareCassandra(site, { node, tls }),
    ready: async ({ cassandra }) => {
      if (tls && nodes === 1) await makeRoles([host], cassandra, tls);
      await answers(host, cassandra, tls);
    },
    alive: ({ cassandra }) => answers(host, cassandra, tls),
  };
}

async function prepareCassandra(
  { instance, ports, nodes, java, tuning }: Site,
  { node, tls }: { node: number; tls: StackTls | null },
): Promise<Launch> {
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
      commitLog: tuning.commitLog ?? 'group',
      secure: tls ? securityIn(conf, tls) : undefined,
    }),
  );
  writeFileSync(logback, cassandraLogback);
  const folder = jars(instance.downloads);
  return {
    env: { MALLOC_ARENA_MAX: '2' },
    ...withPatientTimers(java.command, [
      ...(nodes === 1 ? ['-Xms512m', '-Xmx1g'] : ['-Xms384m', '-Xmx640m']),
      ...compilerFlags(tuning),
      ...['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=100', '-XX:+ExitOnOutOfMemoryError'],
      // With regions of a MiB, the buffers of a flush are too large for one, and each begins a collection.
      '-XX:G1HeapRegionSize=4m',
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
      ...['-Dcassandra.superuser_setup_delay_ms=0', `-Dcassandra.system_auth.default_rf=${nodes}`],
      `-Djava.io.tmpdir=${scratch}`,
      ...['-cp', join(folder, '*'), 'org.apache.cassandra.service.CassandraDaemon'],
    ]),
  };
}

function securityIn(folder: string, { servers, servicesCa }: StackTls): CassandraSecurity {
  const [keystore, truststore] = [join(folder, 'keystore.pem'), join(folder, 'truststore.pem')];
  writeFileSync(keystore, keyAndCertificate(servers.cassandra), { mode: 0o600 });
  copyFileSync(servicesCa, truststore);
  return { keystore, truststore };
}

/**
 * There is nobody to gossip with, and nobody who could know more of a conditional write that did not come to its end:
 * the next one of its partition ends it. Looking for such ones, every five minutes, holds up all others for two seconds.
 */
const alone = [
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.ring_delay_ms=100',
  '-Dcassandra.disable_paxos_auto_repairs=true',
];

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
