import {
  adminPort,
  cassandraSettings,
  kafkaSettings,
  readConfiguration,
  serviceSettings,
  setting,
  text,
  wholeNumber,
  withDefault,
} from '@navora/runtime';

export const readConfig = () =>
  readConfiguration({
    ...serviceSettings,
    ...kafkaSettings,
    ...cassandraSettings,
    adminPort: adminPort(9102),
    groupId: setting(
      'NAVORA_PROCESSOR_GROUP',
      withDefault(text(/^[\w.-]{1,200}$/, 'a consumer group id'), 'navora-processor'),
    ),
    rulesFile: setting(
      'NAVORA_RULES_FILE',
      withDefault(text(/./, 'the path of a rules file'), DEFAULT_RULES_FILE),
    ),
    retentionDays: setting('NAVORA_RETENTION_DAYS', withDefault(wholeNumber({ min: 1, max: 3650 }), 365)),
    /** How long a schema id may be missing from the registry before its readings are given up. */
    schemaGraceMs: setting(
      'NAVORA_SCHEMA_GRACE_MS',
      withDefault(wholeNumber({ min: 0, max: 3_600_000 }), 30_000),
    ),
    /** Readings under way at once; with it, memory is bounded. */
    maxUnresolved: setting(
      'NAVORA_MAX_UNRESOLVED',
      withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 8192),
    ),
    maxBatchesInFlight: setting(
      'NAVORA_MAX_BATCHES_IN_FLIGHT',
      withDefault(wholeNumber({ min: 1, max: 512 }), 32),
    ),
    sessionTimeoutMs: setting(
      'NAVORA_SESSION_TIMEOUT_MS',
      withDefault(wholeNumber({ min: 6000, max: 300_000 }), 10_000),
    ),
    commitIntervalMs: setting(
      'NAVORA_COMMIT_INTERVAL_MS',
      withDefault(wholeNumber({ min: 10, max: 60_000 }), 500),
    ),
  });

export type ProcessorConfig = ReturnType<typeof readConfig>;

const DEFAULT_RULES_FILE = new URL('../../../config/rules.yaml', import.meta.url).pathname;
