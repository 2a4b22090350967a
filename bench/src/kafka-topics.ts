import { setTimeout as pause } from 'node:timers/promises';
import { createProducer, recordsOf, spanOf, type ConsumedRecord } from '@navora/kafka';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import type { Admin, Kafka } from 'kafkajs';
import { ON_THE_WAY_MS, type Corpus } from './corpus.js';
import { eachOnce, type Deliveries } from './deliveries.js';

const RECORDS_PER_REQUEST = 4000;

/** A topic whose records Kafka stamps itself, unless said otherwise, so that arrivals are told by its clock. */
export async function makeTopic(
  admin: Admin,
  topic: string,
  { partitions = TOPIC_LAYOUT[TOPICS.readings].partitions, stampedByKafka = true } = {},
): Promise<void> {
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'message.timestamp.type', value: stampedByKafka ? 'LogAppendTime' : 'CreateTime' },
  ];
  await admin.createTopics({
    // The client's own wait gives up on a broker that is busy.
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
  });
  while (!(await isServed(admin, topic, partitions))) await pause(100);
}

/** Each partition has a leader, and that answers for it: metadata may name it a moment before. */
async function isServed(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leaders = topics[0]?.partitions ?? [];
    if (leaders.length < partitions || leaders.some(({ leader }) => leader < 0)) return false;
    await admin.fetchTopicOffsets(topic);
    return true;
  } catch (error) {
    if ((error as { retriable?: boolean }).retriable === true) return false;
    throw error;
  }
}

/** All of a corpus, as the bridge would have written it while the fleet was driving. */
export async function fillTopic(
  kafka: Kafka,
  topic: string,
  corpus: Corpus,
  schemaId: number,
  deliveries: Deliveries = eachOnce,
): Promise<void> {
  const producer = createProducer(kafka);
  await producer.connect();
  const recordOf = (index: number) => ({
    key: corpus.vehicleIdOf(index),
    value: corpus.body(index, schemaId),
    timestamp: String(corpus.recordedAtOf(index) + ON_THE_WAY_MS),
  });
  try {
    let messages: ReturnType<typeof recordOf>[] = [];
    const send = async () => {
      await producer.send({ topic, messages, acks: -1 });
      messages = [];
    };
    for (const index of deliveries(corpus.size)) {
      messages.push(recordOf(index));
      if (messages.length === requestOf(corpus)) await send();
    }
    if (messages.length > 0) await send();
  } finally {
    await producer.disconnect();
  }
}

/** How many records go into a request, which Kafka takes up to a megabyte of for each partition. */
function requestOf({ options: { bodyBytes = 0 } }: Corpus): number {
  return bodyBytes > 1000 ? RECORDS_PER_REQUEST / 16 : RECORDS_PER_REQUEST;
}

export async function recordsIn(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Shows every record, each partition in its order. */
export async function readTopic(
  kafka: Kafka,
  admin: Admin,
  topic: string,
  see: (record: ConsumedRecord) => void,
): Promise<void> {
  for await (const records of recordsOf(kafka, topic, await spanOf(admin, topic))) records.forEach(see);
}
