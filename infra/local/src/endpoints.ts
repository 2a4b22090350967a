import { localDataCenter } from './cassandra.js';
import { hostsOf, type NodeCount } from './nodes.js';
import type { StackPorts } from './ports.js';
import { registryUrl } from './registry.js';

/** Everything a client needs to reach a stack, whatever it runs on. */
export interface StackEndpoints {
  name: string;
  /** Of Kafka and of Cassandra each. */
  nodes: NodeCount;
  kafka: {
    brokers: string[];
    /**
     * Per node: a second listener (`listener`) that tells its clients to go to `advertised`, where nothing listens until
     * someone opens a link there: the only way to stand between Kafka and clients that follow its addresses.
     * Null where the stack cannot offer it.
     */
    links: KafkaLink[] | null;
  };
  cassandra: { contactPoints: string[]; port: number; localDataCenter: string };
  /** Base of Confluent's registry API. */
  registry: { url: string };
  mqtt: { url: string };
  /** No TLS yet, so no credential files. */
  credentials: null;
}

export interface KafkaLink {
  host: string;
  listener: number;
  advertised: number;
}

export function endpointsAt(name: string, ports: StackPorts, nodes: NodeCount = 1): StackEndpoints {
  const hosts = hostsOf(nodes);
  return {
    name,
    nodes,
    kafka: {
      brokers: hosts.map((host) => `${host}:${ports.kafka}`),
      links: hosts.map((host) => ({ host, listener: ports.kafkaLinked, advertised: ports.kafkaLink })),
    },
    cassandra: { contactPoints: hosts, port: ports.cassandra, localDataCenter },
    registry: { url: registryUrl(ports.registry) },
    mqtt: { url: `mqtt://127.0.0.1:${ports.mqtt}` },
    credentials: null,
  };
}

/** The environment in which a service finds this stack. */
export function servicesEnv(endpoints: StackEndpoints): Record<string, string> {
  return {
    NAVORA_KAFKA_BROKERS: endpoints.kafka.brokers.join(','),
    NAVORA_CASSANDRA_CONTACT_POINTS: endpoints.cassandra.contactPoints.join(','),
    NAVORA_CASSANDRA_PORT: String(endpoints.cassandra.port),
    NAVORA_CASSANDRA_DATA_CENTER: endpoints.cassandra.localDataCenter,
    NAVORA_REGISTRY_URL: endpoints.registry.url,
    NAVORA_MQTT_URL: endpoints.mqtt.url,
    ...linkVariable(endpoints.kafka.links),
    ...(endpoints.nodes > 1 ? copiesOn(endpoints.nodes) : {}),
  };
}

function linkVariable(links: KafkaLink[] | null): Record<string, string> {
  const [first] = links ?? [];
  return first ? { NAVORA_KAFKA_LINK: `${first.listener}:${first.advertised}` } : {};
}

/** What `navora migrate` makes topics and tables with. */
function copiesOn(nodes: NodeCount): Record<string, string> {
  return { NAVORA_TOPIC_REPLICATION: String(nodes), NAVORA_KEYSPACE_REPLICATION: String(nodes) };
}

export function envFile(endpoints: StackEndpoints): string {
  return Object.entries(servicesEnv(endpoints))
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
