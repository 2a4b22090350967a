import type { StartedTestContainer } from 'testcontainers';
import { cassandraContainer, kafkaContainer, mqttContainer, registryContainer } from './containers.js';
import type { StackEndpoints } from './endpoints.js';
import { kafkaReady } from './kafka.js';
import { cassandraAnswers, localDataCenter } from './cassandra-probe.js';
import { mqttAnswers } from './mqtt-probe.js';
import { registryReady } from './registry.js';
import type { StackOptions } from './stack.js';
import { waitUntil } from './wait-until.js';

export interface RunningStack extends StackEndpoints {
  stop(): Promise<void>;
}

const withinMs = 180_000;

/**
 * The same versions as `startStack`, from their images, each with a port the engine chose. Data goes with the
 * containers. Resolves when every one does real work; on failure all of them are removed.
 */
export async function startContainerStack(options: StackOptions = {}): Promise<RunningStack> {
  const { signal } = options;
  const tell = options.onProgress ?? (() => undefined);
  const started: StartedTestContainer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((container) => container.stop()));
  };
  const startAll = [kafkaContainer, cassandraContainer, registryContainer, mqttContainer].map(
    async (start) => {
      const container = await start();
      started.push(container);
      return container;
    },
  );
  try {
    const [kafka, cassandra, registry, mqtt] = (await Promise.all(startAll)) as [
      StartedTestContainer,
      StartedTestContainer,
      StartedTestContainer,
      StartedTestContainer,
    ];
    const mqttUrl = `mqtt://${mqtt.getHost()}:${mqtt.getMappedPort(1883)}`;
    const endpoints: StackEndpoints = {
      name: options.name ?? 'containers',
      nodes: 1,
      kafka: { brokers: [`${kafka.getHost()}:${kafka.getMappedPort(9092)}`], links: null },
      cassandra: {
        contactPoints: [cassandra.getHost()],
        port: cassandra.getMappedPort(9042),
        localDataCenter,
      },
      registry: { url: `http://${registry.getHost()}:${registry.getMappedPort(8080)}/apis/ccompat/v7` },
      mqtt: { url: mqttUrl, servicesUrl: mqttUrl },
      tls: null,
    };
    await Promise.all([
      waitUntil('Kafka', () => kafkaReady(endpoints.kafka.brokers), { withinMs, signal }),
      waitUntil('Cassandra', () => cassandraAnswers(cassandra.getHost(), endpoints.cassandra.port), {
        withinMs,
        signal,
      }),
      waitUntil('The registry', () => registryReady({ url: endpoints.registry.url }), { withinMs, signal }),
      waitUntil('MQTT', () => mqttAnswers(mqtt.getHost(), mqtt.getMappedPort(1883)), { withinMs, signal }),
    ]);
    tell({ component: 'stack', phase: 'notice', seconds: 0, message: 'the container stack is up' });
    return { ...endpoints, stop };
  } catch (error) {
    // One that is still being created must not be left behind because another has failed.
    await Promise.allSettled(startAll);
    await stop();
    throw error;
  }
}
