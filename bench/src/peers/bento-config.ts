import { SCHEMA_OF_TOPIC, TOPICS, WIRE_PREFIX_BYTES } from '@navora/schemas';
import type { IntakeJob, StorageJob } from '../contestant.js';

/** Columns that every layout has, and how Bento's mapping language makes them of a reading that was decoded. */
const COLUMNS: Record<string, string> = {
  vehicle_id: 'this.vehicleId',
  recorded_at: 'this.recordedAt',
  message_id: 'this.messageId',
  sequence: 'this.sequence.long',
  latitude: 'this.location."navora.telemetry.Location".latitude',
  longitude: 'this.location."navora.telemetry.Location".longitude',
  speed_kph: 'this.speedKph.double',
  fuel_level_percent: 'this.fuelLevelPercent.double',
  engine_temperature_c: 'this.engineTemperatureC.double',
  cargo_temperature_c: 'this.cargoTemperatureC.double',
  ignition_on: 'this.ignitionOn.boolean',
  extras: 'this.extras.map_each(entry -> entry.value.values().index(0).string())',
  clock_suspect: 'false',
  received_at: '@kafka_timestamp_unix_ms.number() / 1000',
  origin_topic: '@kafka_topic',
  origin_partition: '@kafka_partition',
  origin_offset: '@kafka_offset',
};

/** A table, with what its layout has beyond the columns of all. */
export interface BentoTable {
  name: string;
  columns: Record<string, string>;
}

const quiet = { http: { enabled: false }, logger: { level: 'WARN' }, shutdown_timeout: '10s' };

/** Kafka to Cassandra: one conditional insert per reading, many of them in flight. */
export function storageConfig(job: StorageJob, { name, columns }: BentoTable): object {
  const values = { ...columns, ...COLUMNS };
  const names = Object.keys(values);
  return {
    ...quiet,
    input: {
      kafka_franz: {
        seed_brokers: job.kafkaBrokers,
        topics: [job.kafkaTopic],
        consumer_group: job.groupId,
        checkpoint_limit: 1024,
        commit_period: '500ms',
      },
    },
    pipeline: {
      processors: [
        { mapping: `root = content().slice(${WIRE_PREFIX_BYTES})` },
        { avro: { operator: 'to_json', encoding: 'binary', schema: SCHEMA_OF_TOPIC[TOPICS.readings].text } },
      ],
    },
    output: {
      cassandra: {
        addresses: job.contactPoints.map((host) => `${host}:${job.cassandraPort}`),
        // Its only table of hosts would name addresses without our port.
        disable_initial_host_lookup: true,
        timeout: '10s',
        consistency: 'LOCAL_QUORUM',
        query: `INSERT INTO ${job.keyspace}.${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) IF NOT EXISTS`,
        args_mapping: `root = [\n${Object.values(values).join(',\n')}\n]`,
        max_in_flight: 256,
      },
    },
  };
}

/** MQTT to Kafka. One batch in flight: with more, Bento does not keep the order of a vehicle. */
export function intakeConfig(job: IntakeJob): object {
  const levels = job.mqttTopic.split('/');
  return {
    ...quiet,
    input: {
      mqtt: {
        urls: [job.mqttUrl.replace(/^mqtt:/, 'tcp:')],
        client_id: job.clientId,
        topics: [job.mqttTopic.replace('{vehicleId}', '+')],
        qos: 1,
        clean_session: false,
      },
    },
    pipeline: { threads: 1, processors: [] },
    output: {
      kafka_franz: {
        seed_brokers: job.kafkaBrokers,
        topic: job.kafkaTopic,
        key: `\${! @mqtt_topic.split("/").index(${levels.indexOf('{vehicleId}')}) }`,
        max_in_flight: 1,
        batching: { count: 1000, period: '2ms' },
        compression: 'none',
      },
    },
  };
}
