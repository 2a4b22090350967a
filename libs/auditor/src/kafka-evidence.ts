import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import type { Archive } from './archive.js';
import { AuditError } from './audit-error.js';
import type { Circumstances, DeadLetter, Place, Pulse } from './evidence.js';
import { addBucket, type Fleet } from './gather-history.js';
import { pulseIn, type RecordReader, vehicleInTopic } from './kafka-records.js';
import { scanTopics, type Span } from './kafka-scan.js';
import type { CompleteOptions } from './options.js';
import { bucketOf } from './placement.js';
import { spansOf, type Standing } from './quiet.js';
import type { Slices } from './slices.js';

export interface KafkaReading {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly reader: RecordReader;
  readonly archive: Archive;
  readonly slices: Slices;
  readonly fleet: Fleet;
  readonly bucketMs: number;
  readonly options: CompleteOptions;
}

/** Its rows may have been received by a clock that is behind the sender's. */
const CLOCK_TOLERANCE_MS = 600_000;

/** Reads the three topics; of readings and signals only what is keyed by the history's vehicles is decoded. */
export async function gatherTopics(
  work: KafkaReading,
  [readings, signals]: readonly [Standing, Standing],
  cutAt: number,
): Promise<Pick<Circumstances, 'keptSince' | 'pulses'>> {
  const { kafka, admin, options } = work;
  const { topics, onProgress } = options;
  const letters = await spanOf(admin, topics.deadLetters);
  const kept = new KeptSince([readings, signals, letters]);
  const pulses = new Map<number, Pulse[]>();
  await scanTopics({
    ...{ kafka, admin, onProgress, spans: [readings, signals, letters] },
    onRecord: (place, message) => {
      kept.see(place, message);
      if (place.topic === topics.signals) {
        const pulse = pulseIn(place, message);
        if (pulse) {
          const before = pulses.get(place.partition);
          if (before) before.push(pulse);
          else pulses.set(place.partition, [pulse]);
          return;
        }
      }
      if (place.topic === topics.deadLetters) return takeLetter(place, message, work);
      return place.topic === topics.readings
        ? takeReading('record', place, message, work)
        : takeSignal(place, message, work);
    },
  });
  return {
    pulses,
    keptSince: {
      readings: kept.since(topics.readings, cutAt),
      signals: kept.since(topics.signals, cutAt),
      deadLetters: kept.since(topics.deadLetters, cutAt),
    },
  };
}

/** What came behind the cut while the tables were read. */
export async function gatherLater(work: KafkaReading, { ends }: Standing): Promise<void> {
  const { kafka, admin, options } = work;
  const now = await spanOf(admin, options.topics.readings);
  await scanTopics({
    ...{ kafka, admin, onProgress: options.onProgress, seek: true },
    spans: [{ topic: options.topics.readings, starts: ends, ends: now.ends }],
    onRecord: (place, message) => takeReading('later', place, message, work),
  });
}

async function takeReading(
  kind: 'record' | 'later',
  place: Place,
  message: KafkaMessage,
  work: KafkaReading,
) {
  const { reader, archive, slices, fleet, bucketMs, options } = work;
  const key = message.key?.toString() ?? '';
  if (!fleet.vehicles.has(key)) return;
  const record = await reader.reading(place, key, message);
  if ('reading' in record.judged && record.timestamp >= options.range.from - CLOCK_TOLERANCE_MS) {
    const { vehicleId, recordedAt } = record.judged.reading;
    if (fleet.vehicles.has(vehicleId)) addBucket(fleet, vehicleId, bucketOf(recordedAt, bucketMs));
  }
  for (const slice of slices.ofRecord(record)) await archive.put(slice, [kind, record]);
}

async function takeSignal(place: Place, message: KafkaMessage, work: KafkaReading) {
  const { reader, archive, slices, fleet } = work;
  const key = message.key?.toString() ?? '';
  if (!fleet.vehicles.has(key)) return;
  const signal = await named(place, reader.signal(place, key, message));
  const vehicleId = fleet.vehicles.has(signal.vehicleId) ? signal.vehicleId : key;
  await archive.put(slices.ofVehicle(vehicleId), ['signal', signal]);
}

async function takeLetter(place: Place, message: KafkaMessage, work: KafkaReading) {
  const letter = await named(place, work.reader.deadLetter(place, message));
  const isOurs = work.fleet.vehicles.has(message.key?.toString() ?? '') || isAudited(letter, work);
  if (isOurs) await work.archive.put(work.slices.ofLetter(letter), ['letter', letter]);
}

function isAudited({ vehicleId, mqttTopic }: DeadLetter, { fleet, options }: KafkaReading): boolean {
  if (vehicleId !== undefined && fleet.vehicles.has(vehicleId)) return true;
  if (mqttTopic === undefined) return false;
  return (
    fleet.strayTopics.has(mqttTopic) ||
    fleet.vehicles.has(vehicleInTopic(mqttTopic, options.mqttTopicPattern) ?? '')
  );
}

async function spanOf(admin: Admin, topic: string): Promise<Span> {
  const spans = await spansOf(admin, topic);
  return {
    topic,
    starts: new Map(spans.map(({ partition, low }) => [partition, BigInt(low)])),
    ends: new Map(spans.map(({ partition, high }) => [partition, BigInt(high)])),
  };
}

/** Where Kafka dropped the oldest records of a partition, the first one left tells since when it is complete. */
class KeptSince {
  private readonly unseen = new Set<string>();
  private readonly times = new Map<string, number>();

  constructor(spans: readonly Span[]) {
    for (const { topic, starts } of spans)
      for (const [partition, start] of starts) if (start > 0n) this.unseen.add(`${topic}/${partition}`);
  }

  see({ topic, partition }: Place, message: KafkaMessage): void {
    if (this.unseen.size === 0 || !this.unseen.delete(`${topic}/${partition}`)) return;
    this.times.set(topic, Math.max(this.times.get(topic) ?? -Infinity, Number(message.timestamp)));
  }

  /** A partition that lost all its records has kept nothing until the cut. */
  since(topic: string, cutAt: number): number {
    if ([...this.unseen].some((name) => name.startsWith(`${topic}/`))) return cutAt;
    return this.times.get(topic) ?? -Infinity;
  }
}

/** Our own records are always readable: one that is not leaves nothing to judge by. */
async function named<T>(place: Place, record: Promise<T>): Promise<T> {
  try {
    return await record;
  } catch (error) {
    if (error instanceof AuditError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AuditError(`cannot read ${place.topic}/${place.partition}/${place.offset}: ${why}`);
  }
}
