import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hostsOf, type NodeCount, nodeHost } from './nodes.js';
import type { StackPorts } from './ports.js';
import type { Tuning } from './tuning.js';

export interface CassandraSecurity {
  /** PEM file: the node's key, then its certificate. */
  keystore: string;
  /** PEM file of the authority of nodes and clients. */
  truststore: string;
}

export interface CassandraPlace {
  clusterName: string;
  ports: StackPorts;
  dataFolder: string;
  node: number;
  nodes: NodeCount;
  /** The disk takes writes past the page cache. */
  directWrites: boolean;
  commitLog: NonNullable<Tuning['commitLog']>;
  /** Left out: plain text, and everybody may do anything. */
  secure?: CassandraSecurity | undefined;
}

export function cassandraYaml({
  clusterName,
  ports,
  dataFolder,
  node,
  nodes,
  directWrites,
  commitLog,
  secure,
}: CassandraPlace): string {
  const host = nodeHost(node);
  const processors = Math.max(2, availableParallelism());
  // All are seeds: whichever is down, one that starts finds the ring.
  const seeds = hostsOf(nodes).map((seed) => `${seed}:${ports.cassandraStorage}`);
  return `cluster_name: ${clusterName}
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
num_tokens: 1
initial_token: '${tokenOf(node, nodes)}'
auto_bootstrap: false
endpoint_snitch: SimpleSnitch
listen_address: ${host}
rpc_address: ${host}
storage_port: ${ports.cassandraStorage}
native_transport_port: ${ports.cassandra}
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: ${seeds.join(',')}
data_file_directories:
  - ${join(dataFolder, 'data')}
commitlog_directory: ${join(dataFolder, 'commitlog')}
saved_caches_directory: ${join(dataFolder, 'saved_caches')}
hints_directory: ${join(dataFolder, 'hints')}
cdc_raw_directory: ${join(dataFolder, 'cdc_raw')}
${SYNC[commitLog]}# A mapped commit log has a page fault for each page it touches after each sync.
commitlog_disk_access_mode: ${directWrites ? 'direct' : 'mmap'}
commitlog_total_space: 1GiB
# A node whose disk fails must end, and be started anew: by default it would go on with what it cannot keep.
disk_failure_policy: die
commit_failure_policy: die
# A write holds its thread until its group is synced. More threads than that takes wake each other up for nothing.
concurrent_writes: ${8 * processors}
native_transport_max_threads: ${8 * processors}
# A conditional insert looks for its row in every file of its partition.
sstable:
  selected_format: bti
column_index_size: 1KiB
paxos_variant: v2
storage_compatibility_mode: NONE
# What is flushed or compacted goes to the disk bit by bit: in one go it holds up the commit log, and all that writes.
trickle_fsync: true
trickle_fsync_interval: 1MiB
# A table of small rows is compacted at some 10 MiB/s and processor: with 8 that is nearly one of them, for seconds.
compaction_throughput: 2MiB/s
concurrent_compactors: 1
# What waits to be flushed lives outside of the heap, where no collection copies it again and again.
memtable:
  configurations:
    default:
      class_name: TrieMemtable
memtable_allocation_type: offheap_objects
# One at a time, and the more rarely: each flush holds up what somebody waits for.
memtable_flush_writers: 1
memtable_heap_space: ${nodes === 1 ? 256 : 128}MiB
memtable_offheap_space: ${nodes === 1 ? 256 : 128}MiB
${nodes === 1 ? '' : patience}auto_snapshot: false
# Tests drop keyspaces all the time; nothing here is worth keeping a copy of.
snapshot_before_compaction: false
${secure ? security(secure) : ''}`;
}

const SYNC = {
  group: `commitlog_sync: group
commitlog_sync_group_window: 3ms
`,
  periodic: `# A kill -9 loses rows this node has acknowledged.
commitlog_sync: periodic
commitlog_sync_period: 10s
`,
};

/**
 * Nodes know each other, and clients know nodes, by certificates; nodes know clients by passwords. What is refused or
 * granted is believed for two seconds.
 */
function security({ keystore, truststore }: CassandraSecurity): string {
  const stores = `  ssl_context_factory:
    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory
  keystore: ${keystore}
  truststore: ${truststore}
  accepted_protocols: [TLSv1.3, TLSv1.2]
`;
  return `authenticator: PasswordAuthenticator
authorizer: CassandraAuthorizer
role_manager: CassandraRoleManager
client_encryption_options:
  enabled: true
  optional: false
  require_client_auth: false
${stores}server_encryption_options:
  internode_encryption: all
  require_client_auth: true
${stores}`;
}

/**
 * Nodes that share the processors of one machine answer each other late. With the usual 2 s a busy moment makes
 * conditional writes time out and be repeated, which makes more of it. Below what our clients wait, 5 s.
 */
const patience = `write_request_timeout: 4000ms
cas_contention_timeout: 3500ms
`;

/** Nodes share the ring, -2^63 to 2^63, in equal parts. */
function tokenOf(node: number, nodes: NodeCount): bigint {
  return nodes === 1 ? 0n : -(2n ** 63n) + (2n ** 64n / BigInt(nodes)) * BigInt(node - 1);
}

/** Without one, logback falls back to DEBUG on everything. */
export const cassandraLogback = `<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %-5level [%thread] %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDOUT"/></root>
  <logger name="org.apache.cassandra.db.ColumnFamilyStore" level="WARN"/>
  <logger name="org.apache.cassandra.config.DatabaseDescriptor" level="WARN"/>
  <logger name="org.apache.cassandra.config.Config" level="WARN"/>
</configuration>
`;

const everybody = (flag: string, names: string[]): string[] =>
  names.map((name) => `--${flag}=${name}=ALL-UNNAMED`);

/** What Cassandra reaches for inside the JDK: its own conf/jvm17-server.options, and three packages it also needs. */
export const moduleFlags = [
  '-Djdk.attach.allowAttachSelf=true',
  ...everybody('add-exports', [
    'java.base/jdk.internal.misc',
    'java.base/jdk.internal.ref',
    'java.base/sun.nio.ch',
    'java.base/java.lang.ref',
    'java.management.rmi/com.sun.jmx.remote.internal.rmi',
    'java.rmi/sun.rmi.registry',
    'java.rmi/sun.rmi.server',
    'java.rmi/sun.rmi.transport.tcp',
    'java.sql/java.sql',
    'jdk.unsupported/sun.misc',
    'jdk.attach/sun.tools.attach',
    'jdk.compiler/com.sun.tools.javac.api',
    'jdk.compiler/com.sun.tools.javac.code',
    'jdk.compiler/com.sun.tools.javac.file',
    'jdk.compiler/com.sun.tools.javac.parser',
    'jdk.compiler/com.sun.tools.javac.tree',
    'jdk.compiler/com.sun.tools.javac.util',
  ]),
  ...everybody('add-opens', [
    'java.base/java.io',
    'java.base/java.lang',
    'java.base/java.lang.module',
    'java.base/java.lang.reflect',
    'java.base/java.math',
    'java.base/java.net',
    'java.base/java.nio',
    'java.base/java.util',
    'java.base/java.util.concurrent',
    'java.base/java.util.concurrent.atomic',
    'java.base/jdk.internal.loader',
    'java.base/jdk.internal.math',
    'java.base/jdk.internal.module',
    'java.base/jdk.internal.ref',
    'java.base/jdk.internal.reflect',
    'java.base/jdk.internal.util.jar',
    'java.base/jdk.internal.vm',
    'java.base/sun.nio.ch',
    'jdk.compiler/com.sun.tools.javac',
    'jdk.management/com.sun.management.internal',
  ]),
];
