import { connectCassandra } from '@navora/cassandra';
import { createKafka, createProducer, headersOf, ProduceLane, type ConsumedRecord } from '@navora/kafka';
import { Judge, loadRules } from '@navora/rules';
import { createLogger } from '@navora/runtime';
import {
  ReadingCodec,
  RecordEncoder,
  SchemaRegistry,
  schemaIdOf,
  TOPIC_LAYOUT,
  TOPICS,
  type Reading,
} from '@navora/schemas';
import type { EachBatchPayload } from 'kafkajs';
import type { StorageJob } from '../contestant.js';
import { workspaceRoot } from '../workspace.js';
import { endBy } from './job.js';

export interface ReadRecord {
  record: ConsumedRecord;
  reading: Reading;
}

/** What the sides of leg b that are our own have in common with Navora: clients, codec, and the signals. */
export async function openParts(job: StorageJob) {
  const log = createLogger('side', 'warn');
  const kafka = createKafka(`side-${job.groupId}`, { kafkaBrokers: job.kafkaBrokers }, log);
  const schemas = new SchemaRegistry(job.registryUrl);
  const codec = new ReadingCodec(schemas);
  const cassandra = await connectCassandra(
    {
      cassandraContactPoints: job.contactPoints,
      cassandraPort: job.cassandraPort,
      cassandraDataCenter: job.datacenter,
    },
    log,
  );
  const producer = createProducer(kafka);
  if (job.signals) await producer.connect();
  const partitions = { [job.signalsTopic]: TOPIC_LAYOUT[TOPICS.signals].partitions };
  const lane = new ProduceLane(producer, { partitions, maxRequestBytes: 900_000, minIntervalMs: 20, log });
  const encodeSignal = job.signals ? await signalEncoder(schemas) : undefined;
  const consumer = kafka.consumer({ groupId: job.groupId, maxWaitTimeInMs: 500 });

  const read = async (record: ConsumedRecord): Promise<Reading> => {
    if (record.value === null) throw new Error('a record without a value');
    if (codec.isPending(record.value)) await codec.learn(schemaIdOf(record.value) ?? 0);
    const decoded = codec.decode(record.value);
    if (!('reading' in decoded)) throw new Error(`not a reading: ${JSON.stringify(decoded)}`);
    return decoded.reading;
  };

  /** Hands over what was fetched of a partition, and commits it once that is done. */
  const drain = async (store: (batch: ReadRecord[]) => Promise<void>): Promise<void> => {
    endBy(async () => {
      await consumer.disconnect();
      await producer.disconnect();
      await cassandra.shutdown();
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [job.kafkaTopic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // So that all partitions' records are under way at once.
      partitionsConsumedConcurrently: TOPIC_LAYOUT[TOPICS.readings].partitions,
      eachBatch: async (payload) => {
        const batch: ReadRecord[] = [];
        for (const record of recordsOf(payload)) batch.push({ record, reading: await read(record) });
        await store(batch);
        const last = payload.batch.lastOffset();
        payload.resolveOffset(last);
        const { topic, partition } = payload.batch;
        const offset = String(BigInt(last) + 1n);
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      },
    });
  };

  /** One signal per stored reading, if the job asks for signals; resolves once Kafka has it. */
  const signal = async (each: ReadRecord): Promise<void> => {
    if (!encodeSignal) return;
    const { vehicleId } = each.reading;
    await lane.produced({
      topic: job.signalsTopic,
      key: vehicleId,
      value: encodeSignal(each),
      timestamp: Date.now(),
    });
  };
  return { kafka, cassandra, producer, consumer, encodeSignal, drain, signal };
}

async function signalEncoder(schemas: SchemaRegistry) {
  const encoder = await RecordEncoder.forTopic(TOPICS.signals, schemas);
  const judge = new Judge(loadRules(`${workspaceRoot}/config/rules.yaml`));
  return ({ record, reading }: ReadRecord): Buffer =>
    encoder.encode({
      vehicleId: reading.vehicleId,
      recordedAt: reading.recordedAt,
      messageId: reading.messageId,
      receivedAt: record.timestamp,
      origin: { topic: record.topic, partition: record.partition, offset: Number(record.offset) },
      clockSuspect: false,
      ruleVersion: judge.version,
      ...judge.judge(reading),
    });
}

function recordsOf({ batch: { topic, partition, messages } }: EachBatchPayload): ConsumedRecord[] {
  return messages.map(({ offset, timestamp, key, value, headers }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headersOf(headers),
  }));
}
