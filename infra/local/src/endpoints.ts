import { localDataCenter } from './cassandra-probe.js';
import { hostsOf, type NodeCount } from './nodes.js';
import type { StackPorts } from './ports.js';
import { registryUrl } from './registry.js';
import { ANY_SERVICE, roleOf, type StackTls } from './stack-tls.js';

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
  mqtt: {
    /** For vehicles. */
    url: string;
    /** For the bridge and operators; without TLS the same. */
    servicesUrl: string;
  };
  /** Null: in plain text, and open to everybody. */
  tls: StackTls | null;
}

export interface KafkaLink {
  host: string;
  listener: number;
  advertised: number;
}

export function endpointsAt(
  name: string,
  { ports, nodes, tls }: { ports: StackPorts; nodes: NodeCount; tls: StackTls | null },
): StackEndpoints {
  const hosts = hostsOf(nodes);
  return {
    name,
    nodes,
    kafka: {
      brokers: hosts.map((host) => `${host}:${ports.kafka}`),
      links: hosts.map((host) => ({ host, listener: ports.kafkaLinked, advertised: ports.kafkaLink })),
    },
    cassandra: { contactPoints: hosts, port: ports.cassandra, localDataCenter },
    registry: { url: registryUrl(ports.registry, tls !== null) },
    mqtt: tls
      ? {
          url: `mqtts://127.0.0.1:${ports.mqttVehicles}`,
          servicesUrl: `mqtts://127.0.0.1:${ports.mqttServices}`,
        }
      : { url: `mqtt://127.0.0.1:${ports.mqtt}`, servicesUrl: `mqtt://127.0.0.1:${ports.mqtt}` },
    tls,
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
    NAVORA_MQTT_URL: endpoints.mqtt.servicesUrl,
    ...(endpoints.tls ? identityVariables(endpoints.mqtt.url, endpoints.tls) : {}),
    ...linkVariable(endpoints.kafka.links),
    ...(endpoints.nodes > 1 ? copiesOn(endpoints.nodes) : {}),
  };
}

function linkVariable(links: KafkaLink[] | null): Record<string, string> {
  const [first] = links ?? [];
  return first ? { NAVORA_KAFKA_LINK: `${first.listener}:${first.advertised}` } : {};
}

/** Of our services, of operators, and of whoever stands for vehicles. */
function identityVariables(vehiclesUrl: string, tls: StackTls): Record<string, string> {
  return {
    NAVORA_MQTT_CA_FILE: tls.servicesCa,
    NAVORA_MQTT_CERT_FILE: tls.clients.bridge.cert,
    NAVORA_MQTT_KEY_FILE: tls.clients.bridge.key,
    NAVORA_OPERATOR_CERT_FILE: tls.clients.operator.cert,
    NAVORA_OPERATOR_KEY_FILE: tls.clients.operator.key,
    NAVORA_KAFKA_CA_FILE: tls.servicesCa,
    NAVORA_KAFKA_CERT_FILE: tls.anyService.cert,
    NAVORA_KAFKA_KEY_FILE: tls.anyService.key,
    NAVORA_KAFKA_GRANT_TO: 'User:navora-*',
    NAVORA_CASSANDRA_CA_FILE: tls.servicesCa,
    NAVORA_CASSANDRA_USERNAME: roleOf(ANY_SERVICE),
    NAVORA_CASSANDRA_PASSWORD_FILE: tls.anyService.password,
    NAVORA_CASSANDRA_GRANT_TO: 'navora_*',
    NAVORA_REGISTRY_CA_FILE: tls.servicesCa,
    NAVORA_VEHICLES_MQTT_URL: vehiclesUrl,
    NAVORA_DEVICES_AUTHORITY: tls.devices,
    NAVORA_REVOKED_FILE: tls.revoked,
    NAVORA_BROKER_LOG: tls.brokerLog,
  };
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
