import { int64 } from '@navora/cassandra';
import type { ConsumedRecord } from '@navora/kafka';
import { setEntry, type Origin, type Reading } from '@navora/schemas';
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
  /** Measurements whose value is beyond the limits of the rules that were in force: no rule believes them. */
  implausible: readonly string[];
  /** ms since 1970 */
  receivedAt: number;
  origin: Origin;
}

/** @throws Error when the reading cannot be a row; nothing else of its batch is harmed then. */
export function rowOf(
  { reading, clockSuspect }: CheckedReading,
  record: ConsumedRecord,
  implausible: readonly string[],
): ReadingRow {
  return {
    shard: shardOf(reading.vehicleId),
    bucket: bucketOf(reading.recordedAt),
    reading,
    extras: extrasColumn(reading.extras),
    clockSuspect,
    implausible,
    receivedAt: record.timestamp,
    origin: { topic: record.topic, partition: record.partition, offset: Number(record.offset) },
  };
}

/** Values as JSON text, so that a column of text keeps numbers, booleans and strings apart. */
function extrasColumn(extras: Reading['extras']): Record<string, string> | null {
  let column: Record<string, string> | null = null;
  for (const name in extras) setEntry((column ??= {}), name, JSON.stringify(extras[name]));
  return column;
}

/** In the order of READING_COLUMNS. */
export function parametersOf({
  shard,
  bucket,
  reading,
  extras,
  clockSuspect,
  implausible,
  receivedAt,
  origin,
}: ReadingRow): unknown[] {
  return [
    shard,
    int64(bucket),
    reading.vehicleId,
    int64(reading.recordedAt),
    reading.messageId,
    reading.sequence === null ? null : int64(reading.sequence),
    reading.location?.latitude ?? null,
    reading.location?.longitude ?? null,
    reading.speedKph,
    reading.fuelLevelPercent,
    reading.engineTemperatureC,
    reading.cargoTemperatureC,
    reading.ignitionOn,
    extras,
    clockSuspect,
    implausible.length > 0 ? implausible : null,
    int64(receivedAt),
    origin.topic,
    origin.partition,
    int64(origin.offset),
  ];
}
