import type { Admin, Kafka } from 'kafkajs';
import { AuditError } from './audit-error.js';
import type { DeadLetter, History, ReadingRecord, SignalRecord } from './evidence.js';
import { type RecordReader, vehicleInTopic } from './kafka-records.js';
import { scanTopics } from './kafka-scan.js';
import { KnownReadings } from './known-readings.js';
import type { CompleteOptions } from './options.js';
import { spansOf, type Standing } from './quiet.js';

export interface KafkaEvidence {
  readonly records: ReadingRecord[];
  readonly signals: SignalRecord[];
  readonly deadLetters: DeadLetter[];
}

/** Reads the three topics; of readings and signals only what is keyed by the history's vehicles is decoded. */
export async function readKafka(
  kafka: Kafka,
  admin: Admin,
  [readings, signals]: readonly [Standing, Standing],
  history: History,
  reader: RecordReader,
  options: CompleteOptions,
): Promise<KafkaEvidence> {
  const { topics, onProgress } = options;
  const evidence: KafkaEvidence = { records: [], signals: [], deadLetters: [] };
  const known = new KnownReadings(history);
  const isAudited = auditedLetters(history, options);
  const letterSpans = await spansOf(admin, topics.deadLetters);
  const letters = {
    topic: topics.deadLetters,
    starts: new Map(letterSpans.map(({ partition, low }) => [partition, BigInt(low)])),
    ends: new Map(letterSpans.map(({ partition, high }) => [partition, BigInt(high)])),
  };
  await scanTopics({
    ...{ kafka, admin, onProgress, spans: [readings, signals, letters] },
    onRecord: async (place, message) => {
      const key = message.key?.toString() ?? '';
      if (place.topic === topics.deadLetters) {
        const letter = await named(place, reader.deadLetter(place, message));
        if (history.vehicles.has(key) || isAudited(letter)) evidence.deadLetters.push(letter);
      } else if (history.vehicles.has(key)) {
        if (place.topic === topics.readings)
          evidence.records.push(known.inRecord(await reader.reading(place, key, message)));
        else evidence.signals.push(await named(place, reader.signal(place, key, message)));
      }
    },
  });
  return evidence;
}

function auditedLetters(history: History, options: CompleteOptions): (letter: DeadLetter) => boolean {
  const topics = new Set(history.sent.map((sent) => sent.topic));
  return ({ vehicleId, mqttTopic }) => {
    if (vehicleId !== undefined && history.vehicles.has(vehicleId)) return true;
    if (mqttTopic === undefined) return false;
    return (
      topics.has(mqttTopic) || history.vehicles.has(vehicleInTopic(mqttTopic, options.mqttTopicPattern) ?? '')
    );
  };
}

/** Our own records are always readable: one that is not leaves nothing to judge by. */
async function named<T>(
  place: { topic: string; partition: number; offset: bigint },
  record: Promise<T>,
): Promise<T> {
  try {
    return await record;
  } catch (error) {
    if (error instanceof AuditError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AuditError(`cannot read ${place.topic}/${place.partition}/${place.offset}: ${why}`);
  }
}
