import { z } from 'zod';
import {
  brokerList,
  nameList,
  optional,
  readableFile,
  setting,
  text,
  urlOf,
  wholeNumber,
  withDefault,
} from './config.js';
import { tlsFileSettings } from './tls-files.js';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Settings that every service has, under the same names. */
export const serviceSettings = {
  logLevel: setting(
    'NAVORA_LOG_LEVEL',
    withDefault(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`), 'info'),
  ),
  adminHost: setting('NAVORA_ADMIN_HOST', withDefault(text(/^\S+$/, 'a host name or address'), '127.0.0.1')),
  drainTimeoutMs: setting(
    'NAVORA_DRAIN_TIMEOUT_MS',
    withDefault(wholeNumber({ min: 0, max: 600_000 }), 20_000),
  ),
};

export const registrySettings = {
  registryUrl: setting(
    'NAVORA_REGISTRY_URL',
    withDefault(urlOf('http', 'https'), 'http://127.0.0.1:8081/apis/ccompat/v7'),
  ),
  /** PEM; left out, the well-known authorities count. */
  registryCaFile: readableFile('NAVORA_REGISTRY_CA_FILE'),
  registryUsername: optional('NAVORA_REGISTRY_USERNAME', 'a user name'),
  registryPasswordFile: readableFile('NAVORA_REGISTRY_PASSWORD_FILE'),
};

export const kafkaSettings = {
  kafkaBrokers: setting('NAVORA_KAFKA_BROKERS', withDefault(brokerList, ['127.0.0.1:9092'])),
  /** With a CA file TLS, without one plain text. */
  ...tlsFileSettings('kafka', 'KAFKA'),
  ...registrySettings,
};

export const cassandraSettings = {
  cassandraContactPoints: setting('NAVORA_CASSANDRA_CONTACT_POINTS', withDefault(nameList, ['127.0.0.1'])),
  cassandraPort: setting('NAVORA_CASSANDRA_PORT', withDefault(wholeNumber({ min: 1, max: 65535 }), 9042)),
  cassandraDataCenter: setting(
    'NAVORA_CASSANDRA_DATA_CENTER',
    withDefault(text(/^\S+$/, 'the name of a data center'), 'datacenter1'),
  ),
  cassandraKeyspace: setting(
    'NAVORA_CASSANDRA_KEYSPACE',
    withDefault(
      text(/^[a-z][a-z0-9_]{0,47}$/, 'a keyspace name: lower-case letters, digits and _'),
      'navora',
    ),
  ),
  /** With a CA file TLS, without one plain text. */
  ...tlsFileSettings('cassandra', 'CASSANDRA'),
  cassandraServerName: optional('NAVORA_CASSANDRA_SERVER_NAME', 'the name in the certificates of the nodes'),
  cassandraUsername: optional('NAVORA_CASSANDRA_USERNAME', 'a role'),
  cassandraPasswordFile: readableFile('NAVORA_CASSANDRA_PASSWORD_FILE'),
};

/** The port for health and metrics; 0 takes any free one. */
export function adminPort(preferred: number) {
  return setting('NAVORA_ADMIN_PORT', withDefault(wholeNumber({ min: 0, max: 65535 }), preferred));
}

/** The name of a topic of Kafka. */
export function topicName(variable: string, preferred: string) {
  return setting(variable, withDefault(text(/^[\w.-]{1,249}$/, 'a topic name'), preferred));
}

const START_POSITION_REFUSED =
  'must be earliest: a group without offsets that begins at the latest record skips, without a trace, all that was received before';

/** Settings of a service that consumes from Kafka; what is sensible differs from one to the other. */
export function consumerSettings(defaults: {
  maxUnresolved: number;
  commitIntervalMs: number;
  sessionTimeoutMs: number;
}) {
  const number = (variable: string, bounds: { min: number; max: number }, preferred: number) =>
    setting(variable, withDefault(wholeNumber(bounds), preferred));
  return {
    /** Where a group without offsets begins. There is nothing to choose: see the refusal. */
    startPosition: setting(
      'NAVORA_START_POSITION',
      withDefault(z.literal('earliest', START_POSITION_REFUSED), 'earliest'),
    ),
    /** Records under way at once; with it, memory is bounded. */
    maxUnresolved: number('NAVORA_MAX_UNRESOLVED', { min: 1, max: 1_000_000 }, defaults.maxUnresolved),
    commitIntervalMs: number(
      'NAVORA_COMMIT_INTERVAL_MS',
      { min: 10, max: 60_000 },
      defaults.commitIntervalMs,
    ),
    sessionTimeoutMs: number(
      'NAVORA_SESSION_TIMEOUT_MS',
      { min: 6000, max: 300_000 },
      defaults.sessionTimeoutMs,
    ),
    /** How old a record must be to be given up when the registry does not have its schema. */
    schemaGraceMs: number('NAVORA_SCHEMA_GRACE_MS', { min: 0, max: 3_600_000 }, 120_000),
  };
}
