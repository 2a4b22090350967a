import { FaultyLink } from '@navora/faults';
import { servicesEnv, type StackEndpoints } from '@navora/local-stack';

/** The services reach everything through links that can be made to misbehave. */
export interface Links {
  /** To a listener that sends its clients here; none in a stack without one, or with several nodes. */
  readonly kafka: FaultyLink | undefined;
  /** None with several nodes: the driver goes to each by the address its peers give. */
  readonly cassandra: FaultyLink | undefined;
  readonly registry: FaultyLink;
  readonly mqtt: FaultyLink;
}

export interface LinkedStack {
  links: Links;
  /** How services find the stack, through the links. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

export async function linkTo(
  endpoints: StackEndpoints,
  onMqttBytes?: (connection: number, direction: 'request' | 'answer', chunk: Buffer) => void,
): Promise<LinkedStack> {
  const registry = new URL(endpoints.registry.url);
  const mqtt = new URL(endpoints.mqtt.url);
  const links: Links = {
    kafka: await kafkaLink(endpoints),
    cassandra: await cassandraLink(endpoints),
    registry: await FaultyLink.to(registry.hostname, Number(registry.port)),
    mqtt: await FaultyLink.to(mqtt.hostname, Number(mqtt.port), onMqttBytes ? { onBytes: onMqttBytes } : {}),
  };
  registry.host = `127.0.0.1:${links.registry.port}`;
  mqtt.host = `127.0.0.1:${links.mqtt.port}`;
  return {
    links,
    environment: {
      ...servicesEnv(endpoints),
      ...(links.kafka ? { NAVORA_KAFKA_BROKERS: `127.0.0.1:${links.kafka.port}` } : {}),
      ...(links.cassandra
        ? {
            NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
            NAVORA_CASSANDRA_PORT: String(links.cassandra.port),
          }
        : {}),
      NAVORA_REGISTRY_URL: registry.href.replace(/\/$/, ''),
      NAVORA_MQTT_URL: mqtt.href.replace(/\/$/, ''),
    },
    close: async () => {
      await Promise.all(Object.values(links).map((link: FaultyLink | undefined) => link?.close()));
    },
  };
}

async function kafkaLink({ kafka }: StackEndpoints): Promise<FaultyLink | undefined> {
  const [only, ...others] = kafka.links ?? [];
  if (!only || others.length > 0) return undefined;
  return FaultyLink.to(only.host, only.listener, { port: only.advertised });
}

async function cassandraLink({ cassandra }: StackEndpoints): Promise<FaultyLink | undefined> {
  const [only, ...others] = cassandra.contactPoints;
  if (only === undefined || others.length > 0) return undefined;
  return FaultyLink.to(only, cassandra.port);
}
