import type { StartedTestContainer } from 'testcontainers';
import { kafkaSettings } from './kafka-config.js';
import { mosquittoConf } from './mosquitto-config.js';
import { versions } from './versions.js';

// Each starts one container and resolves when it runs, not when its service is ready: that is for the same probes that
// judge the processes. testcontainers is loaded on first use, since it is heavy and only tests have it.

/** Kafka tells clients where to find it, and that is known only once the port is mapped: so it waits to be told. */
export async function kafkaContainer(): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const settings = kafkaSettings({
    clients: '0.0.0.0:9092',
    advertised: '$ADVERTISED',
    controllers: ['localhost:9093'],
    dataFolder: '/tmp/kafka-data',
  });
  const container = await new GenericContainer(`apache/kafka:${versions.kafka}`)
    .withExposedPorts(9092)
    .withCommand([
      'sh',
      '-c',
      'echo waiting to be told; until [ -f /tmp/told ]; do sleep 0.1; done; . /tmp/start',
    ])
    .withWaitStrategy(Wait.forLogMessage('waiting to be told'))
    .start();
  const advertised = `${container.getHost()}:${container.getMappedPort(9092)}`;
  const start = `${exportLines(settings).replace('$ADVERTISED', advertised)}export KAFKA_HEAP_OPTS="-Xms256m -Xmx512m"
exec /etc/kafka/docker/run
`;
  await container.copyContentToContainer([{ content: start, target: '/tmp/start' }]);
  await container.copyContentToContainer([{ content: '', target: '/tmp/told' }]);
  return container;
}

/** The image reads `KAFKA_PROCESS_ROLES` as `process.roles`. */
export function exportLines(settings: Record<string, string | number | boolean>): string {
  return Object.entries(settings)
    .map(([key, value]) => `export KAFKA_${key.toUpperCase().replaceAll('.', '_')}='${value}'\n`)
    .join('');
}

export const cassandraChanges = [
  'commitlog_sync: group',
  'commitlog_sync_group_window: 3ms',
  'paxos_variant: v2',
  'storage_compatibility_mode: NONE',
  'auto_snapshot: false',
  'disk_failure_policy: die',
  'commit_failure_policy: die',
];

/** The image's own configuration, changed where ours differs, then started the way the image does. */
export async function cassandraContainer(): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const script = `set -e
file=/etc/cassandra/cassandra.yaml
sed -ri '/^(commitlog_sync|paxos_variant|storage_compatibility_mode|auto_snapshot|disk_failure_policy|commit_failure_policy)/d' $file
printf '%s\\n' ${cassandraChanges.map((line) => `'${line}'`).join(' ')} >> $file
exec docker-entrypoint.sh cassandra -f`;
  return new GenericContainer(`cassandra:${versions.cassandra}`)
    .withEnvironment({
      MAX_HEAP_SIZE: '1G',
      HEAP_NEWSIZE: '256M',
      JVM_EXTRA_OPTS: '-Dcassandra.skip_wait_for_gossip_to_settle=0 -Dcassandra.ring_delay_ms=100',
    })
    .withExposedPorts(9042)
    .withCommand(['bash', '-c', script])
    .withWaitStrategy(Wait.forLogMessage(/Starting listening for CQL clients/))
    .withStartupTimeout(180_000)
    .start();
}

export async function registryContainer(): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  return new GenericContainer(`apicurio/apicurio-registry:${versions.registry}`)
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080).forStatusCode(200))
    .withStartupTimeout(120_000)
    .start();
}

export async function mqttContainer(): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const conf = mosquittoConf('1883', '/mosquitto/data', 'mosquitto');
  return new GenericContainer(`eclipse-mosquitto:${versions.mqtt}`)
    .withExposedPorts(1883)
    .withCopyContentToContainer([{ content: conf, target: '/mosquitto/config/mosquitto.conf' }])
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
}

/** Whether a container engine answers: the same search for one as starting a container does. */
export async function containerEngineAnswers(): Promise<boolean> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
}
