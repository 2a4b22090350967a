/** Where the real services of this test run are, as `real-services.setup.ts` left it in the environment. */
export interface Endpoints {
  kafkaBrokers: string[];
  /** Each broker's second listener and the port it sends clients to, for `linksToKafka`; none where containers serve. */
  kafkaLinks: { host: string; listener: number; advertised: number }[];
  cassandraContactPoints: string[];
  cassandraPort: number;
  cassandraDataCenter: string;
  registryUrl: string;
  mqttUrl: string;
  /** The name of the local stack, for tests that kill parts of it; undefined where containers serve. */
  stack: string | undefined;
}

export function realServices(environment: Record<string, string | undefined> = process.env): Endpoints {
  const needed = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new Error(
      `${name} is not set: run these tests with \`npm run test:int\`, which starts the real services`,
    );
  };
  return {
    kafkaBrokers: needed('NAVORA_KAFKA_BROKERS').split(','),
    kafkaLinks: kafkaLinks(needed('NAVORA_KAFKA_BROKERS').split(','), environment['NAVORA_KAFKA_LINK']),
    cassandraContactPoints: needed('NAVORA_CASSANDRA_CONTACT_POINTS').split(','),
    cassandraPort: Number(needed('NAVORA_CASSANDRA_PORT')),
    cassandraDataCenter: needed('NAVORA_CASSANDRA_DATA_CENTER'),
    registryUrl: needed('NAVORA_REGISTRY_URL'),
    mqttUrl: needed('NAVORA_MQTT_URL'),
    stack: environment['NAVORA_TEST_STACK_NAME'],
  };
}

/** `listener:advertised`, the same at every broker. */
function kafkaLinks(brokers: string[], ports: string | undefined): Endpoints['kafkaLinks'] {
  const [listener, advertised] = (ports ?? '').split(':').map(Number);
  if (!listener || !advertised) return [];
  return brokers.map((broker) => ({ host: broker.split(':')[0] ?? '', listener, advertised }));
}
