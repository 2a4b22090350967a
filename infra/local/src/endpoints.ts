import { localDataCenter } from './cassandra.js';
import type { StackPorts } from './ports.js';
import { registryUrl } from './registry.js';

/** Everything a client needs to reach a stack, whatever it runs on. */
export interface StackEndpoints {
  name: string;
  kafka: { brokers: string[] };
  cassandra: { contactPoints: string[]; port: number; localDataCenter: string };
  /** Base of Confluent's registry API. */
  registry: { url: string };
  mqtt: { url: string };
  /** No TLS yet, so no credential files. */
  credentials: null;
}

export function endpointsAt(name: string, ports: StackPorts): StackEndpoints {
  return {
    name,
    kafka: { brokers: [`127.0.0.1:${ports.kafka}`] },
    cassandra: { contactPoints: ['127.0.0.1'], port: ports.cassandra, localDataCenter },
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
  };
}

export function envFile(endpoints: StackEndpoints): string {
  return Object.entries(servicesEnv(endpoints))
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
