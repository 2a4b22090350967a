import type { BrokerAccess } from './mqtt-connection.js';

export interface ReplayOptions extends BrokerAccess {
  file: string;
  /** Needed for Avro. */
  registryUrl?: string | undefined;
  /** PEM file; left out, the well-known authorities count. */
  registryCaFile?: string | undefined;
  /** Holds `{vehicleId}`. */
  topicPattern?: string;
  encoding?: 'json' | 'avro';
  /** How many times faster than recorded; `max` sends as fast as the broker acknowledges. */
  speed?: number | 'max';
  historyFile?: string | undefined;
  /** How long to wait for acknowledgements at the end. */
  graceMs?: number;
  connectsPerSecond?: number;
  /** Ends the replay early: what was sent is still waited for. */
  signal?: AbortSignal;
  /** A line that was left out, and why: `line 17: fuelLevelPercent: "abc" is not a number`. */
  onProblem?: (problem: string) => void;
}

/** Readings in the order they are to be sent, each with its time on the recording's clock. */
export interface DueReading<T> {
  reading: T;
  /** ms after the earliest reading of all. */
  dueMs: number;
}

/**
 * Puts recorded readings on one clock: vehicles keep their distance in time, and each vehicle its order, also
 * where its recording goes back in time.
 */
export function onOneClock<T extends { vehicleId: string; recordedAt: number }>(
  readings: readonly T[],
): DueReading<T>[] {
  const earliest = readings.reduce((least, { recordedAt }) => Math.min(least, recordedAt), Infinity);
  const latestOf = new Map<string, number>();
  const due = readings.map((reading) => {
    const dueMs = Math.max(latestOf.get(reading.vehicleId) ?? 0, reading.recordedAt - earliest);
    latestOf.set(reading.vehicleId, dueMs);
    return { reading, dueMs };
  });
  return due.sort((one, other) => one.dueMs - other.dueMs);
}
