/**
 * The Kafka header of a heartbeat: a record without key and value, in the topics of readings and of signals.
 *
 * In the readings topic it says: whatever the MQTT broker had taken for this bridge by `upTo` stands before this
 * record. In the signals topic: whatever stood before that heartbeat is processed, its signals stand before this
 * record. So a vehicle without a reading before it has been silent until `upTo`.
 */
export const HEARTBEAT_HEADER = 'navora-heartbeat';

/** Times in ms since 1970, by the clock of the bridge. */
export interface Heartbeat {
  /** Since when the bridge has heard all there was: before, silence may have been its own. */
  readonly since: number;
  readonly upTo: number;
}

export function heartbeatHeader({ since, upTo }: Heartbeat): string {
  return `${since}-${upTo}`;
}

/** @returns undefined if the record is no heartbeat of ours. */
export function heartbeatOf(record: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}): Heartbeat | undefined {
  const header = record.headers[HEARTBEAT_HEADER];
  if (header === undefined || record.key !== null || record.value !== null) return undefined;
  const [, since, upTo] = /^(\d{1,15})-(\d{1,15})$/.exec(header.toString()) ?? [];
  return since === undefined || upTo === undefined ? undefined : { since: Number(since), upTo: Number(upTo) };
}
