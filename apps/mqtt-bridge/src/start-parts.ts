import { checkTopics, createKafka, createProducer, WrongTopics } from '@navora/kafka';
import {
  certificatesOfKafka,
  createMetrics,
  gaugeCertificates,
  Refusals,
  type Service,
  startAdminServer,
  untilItAnswers,
} from '@navora/runtime';
import { RecordEncoder, SchemaNotRegistered, SchemaRegistry, TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { startTracing } from '@navora/tracing';
import { Bridge } from './bridge.js';
import { openBrokerSocket } from './broker-socket.js';
import type { BridgeConfiguration } from './config.js';
import { heartbeatTopic } from './heartbeats.js';
import { createBridgeMetrics } from './metrics.js';
import { Readiness } from './readiness.js';
import { VehicleTopic } from './vehicle-topic.js';

/** The bridge's parts in the order they start; they stop in reverse. */
export async function startParts(
  service: Service,
  configuration: BridgeConfiguration,
  topics = { readings: configuration.readingsTopic, deadLetters: configuration.deadLettersTopic },
): Promise<void> {
  const { log } = service;
  const reach = <T>(what: string, ask: () => Promise<T>) =>
    untilItAnswers(
      log,
      what,
      ask,
      (error) => error instanceof WrongTopics || error instanceof SchemaNotRegistered,
      (error) => refusals.see(what === 'Kafka' ? 'kafka' : 'registry', error),
    );

  const readiness = new Readiness();
  const registry = createMetrics(service.name);
  const metrics = createBridgeMetrics(registry);
  const refusals = new Refusals(registry);
  gaugeCertificates(registry, {
    mqtt: { caFile: configuration.mqttCaFile, certFile: configuration.mqttCertFile },
    ...certificatesOfKafka(configuration),
  });
  const { port } = await service.start(
    'admin server',
    () =>
      startAdminServer(
        configuration.adminHost,
        configuration.adminPort,
        registry,
        service.readyUntilItEnds(readiness),
      ),
    (server) => server.close(),
  );
  log.info({ port }, 'admin_server_listening');

  const tracing = await service.start(
    'tracing',
    () => startTracing(service.name, configuration, log),
    (started) => started.stop(),
  );
  const kafka = createKafka(service.name, configuration, log, {
    onComplaint: (error) => refusals.see('kafka', error),
  });
  await service.start('topic check', () =>
    reach('Kafka', () =>
      checkTopics(kafka, {
        [topics.readings]: TOPIC_LAYOUT[TOPICS.readings].partitions,
        [topics.deadLetters]: TOPIC_LAYOUT[TOPICS.deadLetters].partitions,
      }),
    ),
  );

  const schemas = new SchemaRegistry(configuration);
  const [readingEncoder, deadLetterEncoder] = await service.start('schemas', () =>
    reach('the schema registry', () =>
      Promise.all([
        RecordEncoder.forTopic(TOPICS.readings, schemas),
        RecordEncoder.forTopic(TOPICS.deadLetters, schemas),
      ]),
    ),
  );

  const producer = createProducer(kafka);
  await service.start(
    'producer',
    () => reach('Kafka', () => producer.connect()),
    () => producer.disconnect(),
  );

  await service.start(
    'bridge',
    () => {
      const bridge = new Bridge({
        vehicleTopic: new VehicleTopic(configuration.mqttTopic),
        settings: {
          clientId: configuration.mqttClientId,
          dropsTopic: configuration.mqttDropsTopic,
          heartbeat: heartbeatIn(configuration),
          retires: configuration.mqttRetire,
          sessionExpirySeconds: configuration.mqttSessionExpirySeconds,
          receiveMaximum: configuration.mqttReceiveMaximum,
          keepaliveSeconds: configuration.mqttKeepaliveSeconds,
          establishTimeoutMs: 10_000,
          username: configuration.mqttUsername,
        },
        password: configuration.mqttPassword,
        openSocket: () =>
          openBrokerSocket({
            url: configuration.mqttUrl,
            caFile: configuration.mqttCaFile,
            certFile: configuration.mqttCertFile,
            keyFile: configuration.mqttKeyFile,
          }),
        sender: producer,
        schemas,
        readingEncoder,
        deadLetterEncoder,
        metrics,
        log,
        tracing,
        topics,
      });
      readiness.startedAs(bridge);
      bridge.start();
      void bridge.retired.then(() => {
        log.info({ clientId: configuration.mqttClientId }, 'bridge_retired');
        return service.end(0, configuration.drainTimeoutMs);
      });
      return bridge;
    },
    // Some of the time is left for the other parts.
    (bridge) => bridge.stop(configuration.drainTimeoutMs * 0.8),
  );
}

function heartbeatIn({ mqttClientId, mqttHeartbeatSeconds, mqttRetire }: BridgeConfiguration) {
  // One that retires sends a single one, to itself alone, to know when it has all.
  if (mqttHeartbeatSeconds === 0 && !mqttRetire) return undefined;
  return { topic: heartbeatTopic(mqttClientId), everyMs: mqttHeartbeatSeconds * 1000 };
}
