import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive } from './archive.js';
import { AuditError } from './audit-error.js';
import { HistoryLines } from './history-lines.js';
import { deadLetterIdOfMessage } from './ids.js';
import type { CompleteOptions } from './options.js';
import { bucketOf } from './placement.js';
import { readReceivedLog } from './received-log.js';
import { vehicleInTopic } from './kafka-records.js';
import type { Slices } from './slices.js';

/** A sent line with its acknowledgement takes about this much. */
const BYTES_PER_READING = 600;
/** Senders write what they sent a moment later, in lumps. */
const SENDERS_LAG_MS = 1000;

/** What the history tells of all its vehicles together. */
export interface Fleet {
  readonly vehicles: ReadonlySet<string>;
  readonly startedAt: number;
  /** Topics that vehicles sent to and that do not name them. */
  readonly strayTopics: ReadonlySet<string>;
  /** By vehicle, the buckets of the readings table where its rows may stand. */
  readonly buckets: Map<string, Set<number>>;
}

/** How long the histories are at this moment: what is acknowledged in them by now must be in Kafka by now. */
export async function lengthsOf(files: readonly string[]): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (const file of files) {
    const { size } = await stat(file).catch((error: unknown) => {
      throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    });
    lengths.set(file, size);
  }
  return lengths;
}

export function readingsIn(lengths: ReadonlyMap<string, number>): number {
  return [...lengths.values()].reduce((sum, bytes) => sum + bytes, 0) / BYTES_PER_READING;
}

export async function gatherHistory(
  archive: Archive,
  slices: Slices,
  lengths: ReadonlyMap<string, number>,
  { bucketMs }: { bucketMs: number },
  { onProgress, mqttTopicPattern, receivedFiles }: CompleteOptions,
): Promise<Fleet> {
  const histories = new HistoryLines();
  const fleet = {
    vehicles: new Set<string>(),
    strayTopics: new Set<string>(),
    buckets: new Map<string, Set<number>>(),
  };
  let count = 0;
  for (const [file, length] of lengths) {
    for await (const line of histories.ofFile(file, length)) {
      const { vehicleId } = line;
      await archive.put(slices.ofVehicle(vehicleId), ['line', line]);
      if (++count % 10_000 === 0) onProgress(`reading ${file}: ${count} lines`);
      if (line.type !== 'sent') continue;
      fleet.vehicles.add(vehicleId);
      if (line.recordedAt !== undefined) addBucket(fleet, vehicleId, bucketOf(line.recordedAt, bucketMs));
      if (slices.namesItsVehicle(line.topic, vehicleId)) continue;
      fleet.strayTopics.add(line.topic);
      slices.sentAstray(vehicleId, deadLetterIdOfMessage(line.topic, line.body));
    }
  }
  for (const file of receivedFiles) {
    onProgress(`reading ${file}`);
    for await (const { topic, digest } of readReceivedLog(file)) {
      const vehicleId = vehicleInTopic(topic, mqttTopicPattern);
      if (vehicleId !== undefined)
        await archive.put(slices.ofVehicle(vehicleId), ['received', `${topic} ${digest}`]);
    }
  }
  return { ...fleet, startedAt: histories.startedAt };
}

export function addBucket({ buckets }: Pick<Fleet, 'buckets'>, vehicleId: string, bucket: number): void {
  const own = buckets.get(vehicleId);
  if (own === undefined) buckets.set(vehicleId, new Set([bucket]));
  else own.add(bucket);
}

/** What was sent before the cut is in the histories, once their senders had the time to write it down. */
export async function untilWrittenDown(files: Iterable<string>, cutAt: number): Promise<void> {
  for (const file of files) {
    const { mtimeMs } = await stat(file);
    const left = cutAt + SENDERS_LAG_MS - Date.now();
    if (mtimeMs > cutAt - SENDERS_LAG_MS && left > 0) await pause(left);
  }
}
