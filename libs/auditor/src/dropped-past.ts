import type { Evidence, Place } from './evidence.js';

/** What is known of records that Kafka has dropped, by the rows and signals they left. */
export interface DroppedPast {
  /** By vehicle, message id and time: kept records of these are redeliveries, even if the first one kept. */
  readonly readings: ReadonlySet<string>;
  /** Vehicles with a life before their first record kept. */
  readonly vehicles: ReadonlySet<string>;
}

export function droppedPastIn(
  { keptSince, starts, rows, signals, settings }: Evidence,
  identityOf: (reading: { vehicleId: string; messageId: string; recordedAt: number }) => string,
): DroppedPast {
  const readings = new Set<string>();
  const vehicles = new Set<string>();
  if (keptSince.readings === -Infinity) return { readings, vehicles };
  const isDropped = ({ topic, partition, offset }: Place) =>
    topic === settings.readingsTopic && offset < (starts.get(partition) ?? 0n);
  for (const one of [...rows, ...signals]) {
    if (!isDropped(one.origin)) continue;
    readings.add(identityOf(one));
    vehicles.add(one.vehicleId);
  }
  return { readings, vehicles };
}
