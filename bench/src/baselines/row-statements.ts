import type { CassandraClient } from '@navora/cassandra';
import type { ConsumedRecord } from '@navora/kafka';
import type { Reading } from '@navora/schemas';
import { bucketOf, READINGS, shardOf } from '../rows.js';
import { BY_VEHICLE, dayOf } from './sides.js';

const VALUE_COLUMNS = [
  'vehicle_id',
  'recorded_at',
  'message_id',
  'sequence',
  'latitude',
  'longitude',
  'speed_kph',
  'fuel_level_percent',
  'engine_temperature_c',
  'cargo_temperature_c',
  'ignition_on',
  'extras',
  'clock_suspect',
  'received_at',
  'origin_topic',
  'origin_partition',
  'origin_offset',
];

type Record = Pick<ConsumedRecord, 'topic' | 'partition' | 'offset' | 'timestamp'>;

/** All that the processor stores of a reading, too. */
function valuesOf(reading: Reading, record: Record): unknown[] {
  const extras = Object.entries(reading.extras).map(([name, value]) => [name, JSON.stringify(value)]);
  return [
    reading.vehicleId,
    reading.recordedAt,
    reading.messageId,
    reading.sequence === null ? null : BigInt(reading.sequence),
    reading.location?.latitude ?? null,
    reading.location?.longitude ?? null,
    reading.speedKph,
    reading.fuelLevelPercent,
    reading.engineTemperatureC,
    reading.cargoTemperatureC,
    reading.ignitionOn,
    extras.length > 0 ? Object.fromEntries(extras) : null,
    false,
    record.timestamp,
    record.topic,
    record.partition,
    record.offset,
  ];
}

export interface Layout {
  insert: string;
  parametersOf(reading: Reading, record: Record): unknown[];
}

function layoutOf(
  keyspace: string,
  table: string,
  partition: string[],
  partitionOf: (reading: Reading) => unknown[],
) {
  const columns = [...partition, ...VALUE_COLUMNS];
  const places = columns.map(() => '?').join(', ');
  return {
    insert: `INSERT INTO ${keyspace}.${table} (${columns.join(', ')}) VALUES (${places})`,
    parametersOf: (reading: Reading, record: Record) => [
      ...partitionOf(reading),
      ...valuesOf(reading, record),
    ],
  };
}

/** Navora's own: an hour of many vehicles in a partition. */
export function shardedLayout(keyspace: string): Layout {
  return layoutOf(keyspace, READINGS.name, ['shard', 'bucket'], ({ vehicleId, recordedAt }) => [
    shardOf(vehicleId),
    bucketOf(recordedAt),
  ]);
}

/** The usual one; makes its table. */
export async function layoutByVehicle(client: CassandraClient, keyspace: string): Promise<Layout> {
  await client.execute(
    `CREATE TABLE IF NOT EXISTS ${keyspace}.${BY_VEHICLE.name} (
      vehicle_id text, day timestamp, recorded_at timestamp, message_id uuid, sequence bigint,
      latitude double, longitude double, speed_kph double, fuel_level_percent double,
      engine_temperature_c double, cargo_temperature_c double, ignition_on boolean,
      extras frozen<map<text, text>>, clock_suspect boolean, received_at timestamp,
      origin_topic text, origin_partition int, origin_offset bigint,
      PRIMARY KEY ((vehicle_id, day), recorded_at, message_id)
    ) WITH compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': 7}
      AND default_time_to_live = 31536000`,
    [],
    { prepare: false },
  );
  return layoutOf(keyspace, BY_VEHICLE.name, ['day'], ({ recordedAt }) => [dayOf(recordedAt)]);
}
