import 'reflect-metadata';
import { CassandraLatestStates, LatestStates } from './latest-states.js';
import { connectCassandra, StoreProbe } from '@navora/cassandra';
import {
  checkTopics,
  createKafka,
  createProducer,
  DeadLetters,
  KafkaStrategy,
  KeepErrors,
  ProduceLane,
  SchemaLessons,
  VehicleParking,
  WrongTopics,
} from '@navora/kafka';
import { ErasureStore, Fences, MissingErasures } from '@navora/erasure';
import {
  certificatesOfStores,
  createLogger,
  createMetrics,
  gaugeCertificates,
  nestLogger,
  Refusals,
  runService,
  Service,
  startAdminServer,
  untilItAnswers,
} from '@navora/runtime';
import { Judge, removedIn, RulesInForce } from '@navora/rules';
import {
  ReadingCodec,
  RecordEncoder,
  SchemaNotRegistered,
  SchemaRegistry,
  TOPIC_LAYOUT,
  TOPICS,
} from '@navora/schemas';
import { startTracing, TracedLog } from '@navora/tracing';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { readConfig, type ProcessorConfig } from './config.js';
import { requireLayout, WrongLayout } from './layout.js';
import { ProcessorMetrics } from './metrics.js';
import { ProcessorModule } from './processor.module.js';
import { ReadingJourney } from './reading-journey.js';
import { CassandraReadings, ReadingStore } from './reading-store.js';
import { Signals } from './signals.js';
import { StoreMetrics } from './store-metrics.js';

const DAY_MS = 24 * 3600 * 1000;
/** Of latest states: under full load one after the other would take seconds, and the commits with them. */
const PARTITIONS_SAVED_AT_ONCE = 4;

/** What no waiting mends: someone must migrate or correct something first. */
const isFinal = (error: unknown) =>
  error instanceof WrongTopics ||
  error instanceof WrongLayout ||
  error instanceof MissingErasures ||
  error instanceof SchemaNotRegistered;

/** Who it is that refuses us, by what we say that we wait for. */
const REFUSERS = {
  Kafka: 'kafka',
  Cassandra: 'cassandra',
  'the tables': 'cassandra',
  'the fences of erased vehicles': 'cassandra',
  'the schema registry': 'registry',
} as const;

let config: ProcessorConfig;

await runService(
  () => {
    config = readConfig();
    return {
      service: new Service('processor', createLogger('processor', config.logLevel)),
      drainTimeoutMs: config.drainTimeoutMs + 5000,
    };
  },
  async (service) => {
    const { log } = service;
    const crash = (error: unknown) => {
      throw error;
    };
    const reach = <T>(what: keyof typeof REFUSERS, ask: () => Promise<T>) =>
      untilItAnswers(log, what, ask, isFinal, (error) => refusals.see(REFUSERS[what], error));

    const registry = createMetrics('processor');
    const metrics = new ProcessorMetrics(registry);
    const storeMetrics = new StoreMetrics(registry);
    const refusals = new Refusals(registry);
    gaugeCertificates(registry, certificatesOfStores(config));
    let judge: Judge;
    const rules = await service.start(
      'rules',
      () => {
        const inForce = new RulesInForce(config.rulesFile, {
          taken: (next, before) => {
            judge = new Judge(next);
            metrics.rulesChanged('taken');
            const removed = removedIn(next, before);
            log.info({ ruleVersion: next.version, before: before.version, removed }, 'rules_taken');
          },
          refused: (error) => {
            metrics.rulesChanged('refused');
            log.error({ error: error.message, ruleVersion: judge.version }, 'rules_refused');
          },
        });
        judge = new Judge(inForce.current);
        inForce.start();
        return inForce;
      },
      (inForce) => inForce.stop(),
    );
    metrics.watchRules(() => rules.isRefused);
    const notReady = new Map<string, () => boolean>();
    await service.start(
      'admin server',
      () =>
        startAdminServer(
          config.adminHost,
          config.adminPort,
          registry,
          service.readyUntilItEnds({
            notReadyBecause: () =>
              notReady.size === 0
                ? ['still starting']
                : [...notReady].filter(([, isWell]) => !isWell()).map(([what]) => what),
          }),
        ),
      (server) => server.close(),
    );

    const tracing = await service.start(
      'tracing',
      () => startTracing(service.name, config, log),
      (started) => started.stop(),
    );
    const kafka = createKafka('navora-processor', config, log, {
      onExpiredRecords: () => metrics.readingsExpired(),
      onComplaint: (error) => refusals.see('kafka', error),
    });
    const partitions = {
      [config.readingsTopic]: TOPIC_LAYOUT[TOPICS.readings].partitions,
      ...(config.signalsTopic !== undefined && {
        [config.signalsTopic]: TOPIC_LAYOUT[TOPICS.signals].partitions,
      }),
      [config.deadLettersTopic]: TOPIC_LAYOUT[TOPICS.deadLetters].partitions,
    };
    await reach('Kafka', () => checkTopics(kafka, partitions));

    const schemas = new SchemaRegistry(config);
    const signalEncoder = await reach('the schema registry', () =>
      RecordEncoder.forTopic(TOPICS.signals, schemas),
    );
    const deadLetterEncoder = await reach('the schema registry', () =>
      RecordEncoder.forTopic(TOPICS.deadLetters, schemas),
    );

    const cassandra = await service.start(
      'Cassandra client',
      () => reach('Cassandra', () => connectCassandra(config, log)),
      (client) => client.shutdown(),
    );
    await reach('the tables', () => requireLayout(cassandra, config.cassandraKeyspace));
    const probe = await service.start(
      'store probe',
      () => {
        const query = `SELECT value FROM ${config.cassandraKeyspace}.layout WHERE name = 'shard_count'`;
        const started = new StoreProbe(cassandra, { query, log });
        started.start();
        return started;
      },
      (started) => started.stop(),
    );

    const erasures = new ErasureStore(cassandra, config.cassandraKeyspace);
    const fences = await reach('the fences of erased vehicles', () => Fences.load(erasures, { log }));
    await service.start(
      'fences',
      () => fences.start(),
      () => fences.stop(),
    );

    const producer = await service.start(
      'Kafka producer',
      () => createProducer(kafka),
      (started) => started.disconnect(),
    );
    await reach('Kafka', () => producer.connect());
    const lane = await service.start(
      'produce lane',
      () =>
        new ProduceLane(producer, {
          partitions,
          maxRequestBytes: 900_000,
          minIntervalMs: 20,
          log,
          watcher: metrics.requests,
        }),
      (started) => started.stop(),
    );

    const codec = new ReadingCodec(schemas);
    const lessons = new SchemaLessons(codec, { graceMs: config.schemaGraceMs, log });
    const parking = new VehicleParking({
      maxPerVehicle: config.maxParkedPerVehicle,
      maxInAll: config.maxParked,
      mustWait: ({ value }) => value !== null && codec.isPending(value),
    });
    const store = new ReadingStore(new CassandraReadings(cassandra, config.cassandraKeyspace), {
      fences,
      maxBatchesInFlight: config.maxBatchesInFlight,
      onBatch: (rows, ms) => storeMetrics.batch(rows, ms),
      onFailure: (kind, error, rows) => {
        storeMetrics.batchFailed(kind);
        refusals.see('cassandra', error);
        log.warn({ kind, rows, error: String(error) }, 'store_failed');
      },
    });
    const latest = new LatestStates(
      new CassandraLatestStates(cassandra, config.cassandraKeyspace),
      log,
      fences,
      {
        onFailure: (error) => {
          storeMetrics.latestStateFailed();
          refusals.see('cassandra', error);
        },
      },
    );
    const journey = new ReadingJourney({
      codec,
      lessons,
      parking,
      store,
      latest,
      judge: () => judge,
      signals:
        config.signalsTopic === undefined ? undefined : new Signals(lane, signalEncoder, config.signalsTopic),
      deadLetters: new DeadLetters('processor', lane, deadLetterEncoder, config.deadLettersTopic),
      fences,
      metrics,
      tracing,
      tracedLog: new TracedLog(log),
      retentionMs: config.retentionDays * DAY_MS,
      onBug: crash,
    });

    const strategy = new KafkaStrategy(kafka, {
      groupId: config.groupId,
      gate: parking,
      maxUnresolved: config.maxUnresolved,
      commitIntervalMs: config.commitIntervalMs,
      preparedAtOnce: PARTITIONS_SAVED_AT_ONCE,
      sessionTimeoutMs: config.sessionTimeoutMs,
      drainTimeoutMs: config.drainTimeoutMs,
      onFatal: crash,
      log,
    });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      ProcessorModule.of(config.readingsTopic, journey),
      {
        strategy,
        logger: nestLogger(log),
      },
    );
    app.useGlobalFilters(new KeepErrors());
    await service.start(
      'consumer',
      () => app.listen(),
      () => app.close(),
    );

    metrics.watch({
      lag: () => strategy.group?.lag ?? 0,
      oldestAgeMs: () => strategy.group?.oldestAgeMs() ?? 0,
      underWay: () => strategy.group?.underWay ?? 0,
      parkedRecords: () => parking.parked,
      parkedVehicles: () => parking.vehicles,
      parkedSchemas: () => lessons.pendingSchemas,
      pausedPartitions: () => strategy.group?.pausedPartitions ?? 0,
    });
    notReady.set('no partition is assigned', () => strategy.group?.assigned ?? false);
    notReady.set('Kafka answers no fetch', () => strategy.group?.fetching ?? false);
    notReady.set('Cassandra does not take readings', () => store.healthy && latest.healthy);
    notReady.set('nobody can tell which vehicles are erased', () => fences.fresh);
    notReady.set('Cassandra does not answer', () => probe.healthy);
    notReady.set('Kafka does not take signals', () => lane.healthy);
  },
);
