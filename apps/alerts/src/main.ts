import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  createKafka,
  DeadLetters,
  KafkaStrategy,
  KeepErrors,
  ProduceLane,
  SchemaLessons,
} from '@navora/kafka';
import { StoreProbe } from '@navora/cassandra';
import { ErasureStore, Fences, type Fence } from '@navora/erasure';
import { RulesInForce } from '@navora/rules';
import {
  certificatesOfStores,
  createLogger,
  createMetrics,
  errorFields,
  gaugeCertificates,
  nestLogger,
  Refusals,
  runService,
  Service,
  startAdminServer,
} from '@navora/runtime';
import { SchemaRegistry, TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { startTracing, TracedLog } from '@navora/tracing';
import { Announcer } from './announcer.js';
import { AlertsMetrics } from './alerts-metrics.js';
import { AlertsModule } from './alerts.module.js';
import { Boot } from './boot.js';
import { CassandraAlertStore } from './cassandra-alert-store.js';
import { CassandraMarkStore } from './cassandra-mark-store.js';
import { readAlertsConfiguration, type Configuration } from './config.js';
import { ErasedMarks } from './erased.js';
import { NotificationMetrics } from './notification-metrics.js';
import { dispatcherOf } from './notification-parts.js';
import { loadNotifications } from './notifications-file.js';
import { Persistence } from './persistence.js';
import { Readiness } from './readiness.js';
import { ruleBook } from './rule-book.js';
import { SignalDecoder } from './signal-decoder.js';
import { SignalJourney } from './signal-journey.js';
import { Slots } from './slots.js';
import { ToldBefore } from './told-before.js';

let configuration: Configuration;

await runService(
  () => {
    configuration = readAlertsConfiguration();
    const { logLevel, drainTimeoutMs } = configuration;
    // Leaving the group and closing connections come on top of the draining.
    return {
      service: new Service('alerts', createLogger('alerts', logLevel)),
      drainTimeoutMs: drainTimeoutMs + 5000,
    };
  },
  async (service) => {
    const { log } = service;
    const { cassandraKeyspace, signalsTopic } = configuration;
    const rules = new RulesInForce(configuration.rulesFile, {
      taken: (next, before) => {
        describeRule = ruleBook(next);
        metrics.rulesChanged('taken');
        log.info({ ruleVersion: next.version, before: before.version }, 'rules_taken');
      },
      refused: (error) => {
        metrics.rulesChanged('refused');
        log.error({ error: error.message }, 'rules_refused');
      },
    });
    let describeRule = ruleBook(rules.current);
    const { notificationsFile } = configuration;
    const notifications = notificationsFile === undefined ? undefined : loadNotifications(notificationsFile);
    const registry = createMetrics('alerts');
    const refusals = new Refusals(registry);
    gaugeCertificates(registry, certificatesOfStores(configuration));
    const boot = new Boot(configuration, log, refusals);
    const persistence = new Persistence(log, undefined, (error, what) => {
      refusals.see('cassandra', error);
      metrics.storeFailed(what);
    });
    const readiness = new Readiness(boot, persistence);

    await service.start(
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
    const cassandra = await service.start(
      'cassandra',
      () => boot.cassandra(),
      (client) => client.shutdown(),
    );
    const probe = await service.start(
      'store probe',
      () => {
        const query = `SELECT origin_offset FROM ${cassandraKeyspace}.alert_marks WHERE signals_partition = 0 LIMIT 1`;
        const started = new StoreProbe(cassandra, { query, log });
        started.start();
        return started;
      },
      (started) => started.stop(),
    );
    let forget: (fence: Fence) => void = () => undefined;
    const fences = await service.start(
      'fences',
      async () => {
        const erasures = new ErasureStore(cassandra, cassandraKeyspace);
        const started = await boot.fences(() =>
          Fences.load(erasures, { log, onFence: (fence) => forget(fence) }),
        );
        started.start();
        return started;
      },
      (started) => started.stop(),
    );
    const tracing = await service.start(
      'tracing',
      () => startTracing(service.name, configuration, log),
      (started) => started.stop(),
    );
    const kafka = createKafka('navora-alerts', configuration, log, {
      onExpiredRecords: () => metrics.signalsExpired(),
      onComplaint: (error) => refusals.see('kafka', error),
    });
    await boot.topics(kafka);
    const schemas = new SchemaRegistry(configuration);
    const encoder = await boot.deadLetterEncoder(schemas);
    const producer = await service.start(
      'producer',
      () => boot.producer(kafka),
      (part) => part.disconnect(),
    );
    const lane = await service.start(
      'dead letters',
      () =>
        new ProduceLane(producer, {
          partitions: { [TOPICS.deadLetters]: TOPIC_LAYOUT[TOPICS.deadLetters].partitions },
          maxRequestBytes: 512 * 1024,
          log,
        }),
      (part) => part.stop(),
    );

    const crash = (error: unknown) => {
      log.fatal(
        { ...errorFields(error), stack: error instanceof Error ? error.stack : undefined },
        'crashed',
      );
      process.exit(70);
    };
    const decoder = new SignalDecoder(schemas);
    const lessons = new SchemaLessons(decoder, { graceMs: configuration.schemaGraceMs, log });
    const strategy = new KafkaStrategy(kafka, {
      groupId: configuration.groupId,
      maxUnresolved: configuration.maxUnresolved,
      commitIntervalMs: configuration.commitIntervalMs,
      sessionTimeoutMs: configuration.sessionTimeoutMs,
      drainTimeoutMs: configuration.drainTimeoutMs,
      onFatal: crash,
      log,
    });
    const metrics = new AlertsMetrics(registry, {
      openAlerts: () => journey.openAlerts,
      pendingSchemas: () => lessons.pendingSchemas,
      lag: () => strategy.group?.lag ?? 0,
      oldestAgeMs: () => strategy.group?.oldestAgeMs() ?? 0,
      underWay: () => strategy.group?.unresolved ?? 0,
    });
    await service.start(
      'rules',
      () => {
        rules.start();
        return rules;
      },
      (started) => started.stop(),
    );
    const dispatcher =
      notifications &&
      (await service.start(
        'notifications',
        () => {
          const started = dispatcherOf(notifications, {
            cassandra,
            keyspace: cassandraKeyspace,
            metrics: new NotificationMetrics(registry),
            fences,
            log,
          });
          started.start();
          return started;
        },
        (started) => started.stop(),
      ));
    const erasedMarks = new ErasedMarks();
    const marksIn = (table: 'alert_marks' | 'notification_marks') =>
      new CassandraMarkStore(cassandra, cassandraKeyspace, table, fences, erasedMarks);
    const marks = new ToldBefore(marksIn('alert_marks'), marksIn('notification_marks'));
    const journey: SignalJourney = new SignalJourney({
      decoder,
      lessons,
      alerts: new CassandraAlertStore(cassandra, cassandraKeyspace),
      marks,
      fences,
      erasedMarks,
      deadLetters: new DeadLetters('alerts', lane, encoder),
      describeRule: (rule) => describeRule(rule),
      announcer: new Announcer(notifications, marks),
      slots: new Slots(configuration.maxInFlight),
      persistence,
      metrics,
      tracing,
      tracedLog: new TracedLog(log),
      onTransition: (state) => dispatcher?.announce(state),
      onFatal: crash,
    });
    forget = (fence) => journey.forget(fence);
    await service.start(
      'consumer',
      async () => {
        const app = await NestFactory.createMicroservice(AlertsModule.of(signalsTopic, journey), {
          strategy,
          logger: nestLogger(log),
        });
        app.useGlobalFilters(new KeepErrors());
        await app.listen();
        return app;
      },
      (app) => app.close(),
    );
    readiness.watch({ probe, strategy, lane, lessons, fences });
    boot.started();
    log.info({ ruleVersion: rules.current.version, topic: signalsTopic }, 'consuming');
  },
);
