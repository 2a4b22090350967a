import { createKafka, requireTopics, WrongTopics } from '@navora/kafka';
import { createMetrics, errorFields, retryForever, type Service, startAdminServer } from '@navora/runtime';
import { RecordEncoder, SchemaNotRegistered, SchemaRegistry, TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { Partitioners } from 'kafkajs';
import { Bridge } from './bridge.js';
import { openBrokerSocket } from './broker-socket.js';
import type { BridgeConfiguration } from './config.js';
import { createBridgeMetrics } from './metrics.js';
import { Readiness } from './readiness.js';
import { VehicleTopic } from './vehicle-topic.js';

/** The bridge's parts in the order they start; they stop in reverse. */
export async function startParts(
  service: Service,
  configuration: BridgeConfiguration,
  topics: { readings: string; deadLetters: string } = TOPICS,
): Promise<void> {
  const { log } = service;
  const untilItAnswers = <T>(what: string, action: () => Promise<T>) =>
    retryForever(action, {
      firstMs: 200,
      maxMs: 5000,
      isTransient: (error) => !(error instanceof WrongTopics || error instanceof SchemaNotRegistered),
      onRetry: (error, attempt) => log.warn({ what, attempt, ...errorFields(error) }, 'waiting_to_start'),
    });

  const readiness = new Readiness();
  const registry = createMetrics(service.name);
  const metrics = createBridgeMetrics(registry);
  await service.start(
    'admin server',
    () => startAdminServer(configuration.adminHost, configuration.adminPort, registry, readiness),
    (server) => server.close(),
  );

  const kafka = createKafka(service.name, configuration.kafkaBrokers, log);
  await service.start('topic check', () =>
    untilItAnswers('topics', async () => {
      const admin = kafka.admin();
      try {
        await admin.connect();
        await requireTopics(admin, {
          [topics.readings]: TOPIC_LAYOUT[TOPICS.readings].partitions,
          [topics.deadLetters]: TOPIC_LAYOUT[TOPICS.deadLetters].partitions,
        });
      } finally {
        await admin.disconnect();
      }
    }),
  );

  const schemas = new SchemaRegistry(configuration.registryUrl);
  const [readingEncoder, deadLetterEncoder] = await service.start('schemas', () =>
    untilItAnswers('schemas', () =>
      Promise.all([
        RecordEncoder.forTopic(TOPICS.readings, schemas),
        RecordEncoder.forTopic(TOPICS.deadLetters, schemas),
      ]),
    ),
  );

  // Repeating belongs to the lanes, which say so; the client's own would hide an outage for minutes.
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  });
  await service.start(
    'producer',
    () => untilItAnswers('Kafka', () => producer.connect()),
    () => producer.disconnect(),
  );

  await service.start(
    'bridge',
    () => {
      const bridge = new Bridge({
        vehicleTopic: new VehicleTopic(configuration.mqttTopic),
        settings: {
          clientId: configuration.mqttClientId,
          sessionExpirySeconds: configuration.mqttSessionExpirySeconds,
          receiveMaximum: configuration.mqttReceiveMaximum,
          keepaliveSeconds: configuration.mqttKeepaliveSeconds,
          establishTimeoutMs: 10_000,
          username: configuration.mqttUsername,
          password: configuration.mqttPassword,
        },
        openSocket: () =>
          openBrokerSocket({
            url: configuration.mqttUrl,
            ca: configuration.mqttCa,
            cert: configuration.mqttCert,
            key: configuration.mqttKey,
          }),
        sender: producer,
        schemas,
        readingEncoder,
        deadLetterEncoder,
        metrics,
        log,
        topics,
      });
      readiness.startedAs(bridge);
      bridge.start();
      return bridge;
    },
    // Some of the time is left for the other parts.
    (bridge) => bridge.stop(configuration.drainTimeoutMs * 0.8),
  );
}
