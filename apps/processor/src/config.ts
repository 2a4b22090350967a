import {
  adminPort,
  cassandraSettings,
  consumerSettings,
  kafkaSettings,
  readConfiguration,
  serviceSettings,
  setting,
  text,
  topicName,
  wholeNumber,
  withDefault,
} from '@navora/runtime';
import { GROUPS, TOPICS } from '@navora/schemas';
import { traceSettings } from '@navora/tracing';

const DEFAULT_RULES_FILE = new URL('../../../config/rules.yaml', import.meta.url).pathname;

/** Exported for whoever checks that what deploys it sets nothing else. */
export const processorSettings = {
  ...serviceSettings,
  ...kafkaSettings,
  ...cassandraSettings,
  ...traceSettings,
  adminPort: adminPort(9102),
  groupId: setting(
    'NAVORA_PROCESSOR_GROUP',
    withDefault(text(/^[\w.-]{1,200}$/, 'a consumer group id'), GROUPS.processor),
  ),
  readingsTopic: topicName('NAVORA_READINGS_TOPIC', TOPICS.readings),
  /** "none": readings are stored, and nobody is told of them. */
  signalsTopic: topicName('NAVORA_SIGNALS_TOPIC', TOPICS.signals),
  deadLettersTopic: topicName('NAVORA_DEAD_LETTERS_TOPIC', TOPICS.deadLetters),
  rulesFile: setting(
    'NAVORA_RULES_FILE',
    withDefault(text(/./, 'the path of a rules file'), DEFAULT_RULES_FILE),
  ),
  retentionDays: setting('NAVORA_RETENTION_DAYS', withDefault(wholeNumber({ min: 1, max: 3650 }), 365)),
  ...consumerSettings({ maxUnresolved: 8192, commitIntervalMs: 500, sessionTimeoutMs: 10_000 }),
  /** Records that may wait for a schema, of one vehicle and in all, before their partition pauses. */
  maxParkedPerVehicle: setting(
    'NAVORA_MAX_PARKED_PER_VEHICLE',
    withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 1000),
  ),
  maxParked: setting('NAVORA_MAX_PARKED', withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 20_000)),
  maxBatchesInFlight: setting(
    'NAVORA_MAX_BATCHES_IN_FLIGHT',
    withDefault(wholeNumber({ min: 1, max: 512 }), 16),
  ),
};

export function readConfig(environment?: Record<string, string | undefined>) {
  const values = readConfiguration(processorSettings, environment, 'processor');
  return { ...values, signalsTopic: values.signalsTopic === 'none' ? undefined : values.signalsTopic };
}

export type ProcessorConfig = ReturnType<typeof readConfig>;
