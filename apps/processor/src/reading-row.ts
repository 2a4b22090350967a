import type { ConsumedRecord } from '@navora/kafka';
import type { Origin, Reading } from '@navora/schemas';
import type { CheckedReading } from './check.js';
import { bucketOf, shardOf } from './layout.js';

/** A reading as it stands in the table. */
export interface ReadingRow {
  shard: number;
  /** ms since 1970 */
  bucket: number;
  reading: Reading;
  extras: Record<string, string> | null;
  clockSuspect: boolean;
  /** ms since 1970 */
  receivedAt: number;
  origin: Origin;
}

/** @throws Error when the reading cannot be a row; nothing else of its batch is harmed then. */
export function rowOf({ reading, clockSuspect }: CheckedReading, record: ConsumedRecord): ReadingRow {
  return {
    shard: shardOf(reading.vehicleId),
    bucket: bucketOf(reading.recordedAt),
    reading,
    extras: extrasColumn(reading.extras),
    clockSuspect,
    receivedAt: record.timestamp,
    origin: { topic: record.topic, partition: record.partition, offset: Number(record.offset) },
  };
}

/** Values as JSON text, so that a column of text keeps numbers, booleans and strings apart. */
function extrasColumn(extras: Reading['extras']): Record<string, string> | null {
  let column: Record<string, string> | null = null;
  for (const name in extras) (column ??= {})[name] = JSON.stringify(extras[name]);
  return column;
}

export const READING_COLUMNS = [
  'shard',
  'bucket',
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
] as const;

/** In the order of READING_COLUMNS. The driver is set to bigint for 64-bit columns. */
export function parametersOf({
  shard,
  bucket,
  reading,
  extras,
  clockSuspect,
  receivedAt,
  origin,
}: ReadingRow): unknown[] {
  return [
    shard,
    bucket,
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
    extras,
    clockSuspect,
    receivedAt,
    origin.topic,
    origin.partition,
    BigInt(origin.offset),
  ];
}
