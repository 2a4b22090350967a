import type { ConsumedRecord } from '@navora/kafka';
import { rejected, type Reading, type Rejection } from '@navora/schemas';

/** A vehicle's clock this far ahead of ours is not believed. */
export const CLOCK_SUSPECT_AFTER_MS = 2 * 60 * 1000;

export interface CheckedReading {
  reading: Reading;
  /** Stored, but not judged and not the latest state. */
  clockSuspect: boolean;
}

/**
 * Is this reading the vehicle's own, and of a believable time? Times are compared with the record's timestamp,
 * never with now, so that a replay decides the same.
 */
export function check(
  reading: Reading,
  record: ConsumedRecord,
  retentionMs: number,
): CheckedReading | { rejection: Rejection } {
  const key = record.key?.toString();
  if (key !== reading.vehicleId) {
    return rejected(
      'vehicle-mismatch',
      `the body is of vehicle "${reading.vehicleId}", the record's key is ${key === undefined ? 'missing' : `"${key}"`}`,
    );
  }
  const age = record.timestamp - reading.recordedAt;
  if (age > retentionMs) {
    return rejected(
      'beyond-retention',
      `recorded ${isoOf(reading.recordedAt)}, longer ago than the ${Math.round(retentionMs / 86_400_000)} days that readings are kept`,
    );
  }
  return { reading, clockSuspect: -age > CLOCK_SUSPECT_AFTER_MS };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
