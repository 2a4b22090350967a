import { createLogger, type Logger } from '@navora/runtime';
import { eventually, ownName, ownTopic, realServices } from '@navora/testing';
import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GroupConsumer } from './group-consumer.js';
import { createKafka } from './kafka-client.js';
import type { ConsumedRecord } from './record-batch.js';

const endpoints = realServices();
const errors: { event: string; fields: Record<string, unknown> }[] = [];
const log: Logger = Object.assign(createLogger('test', 'silent'), {
  error: (fields: Record<string, unknown>, event: string) => void errors.push({ event, fields }),
});
let expirations = 0;
const kafka = createKafka('navora-test', endpoints, log, {
  onExpiredRecords: () => expirations++,
});
const disposals: (() => Promise<void>)[] = [];
let admin: Admin;
let producer: Producer;

beforeAll(async () => {
  admin = kafka.admin();
  producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
});
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  for (const dispose of disposals) await dispose();
});

async function aTopic() {
  const { topic, dispose } = await ownTopic(endpoints, 1);
  disposals.push(dispose);
  return { topic, groupId: ownName('group') };
}

const produce = (topic: string, ...values: (string | null)[]) =>
  producer.send({ topic, messages: values.map((value) => ({ partition: 0, value })) });

async function committed(topic: string, groupId: string): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return Number(found?.partitions[0]?.offset ?? -1);
}

async function endOf(topic: string): Promise<number> {
  const [end] = await admin.fetchTopicOffsets(topic);
  return Number(end?.high);
}

/** Resolves everything at once, until the offset stands where it should. */
async function consumeUntil(offset: number, topic: string, groupId: string): Promise<ConsumedRecord[]> {
  const seen: ConsumedRecord[] = [];
  const consumer = new GroupConsumer(kafka, {
    topics: [topic],
    groupId,
    onBatch: async (batch) => {
      for (const record of batch.records) {
        seen.push(record);
        batch.resolve(record);
      }
    },
    onFatal: (error) => {
      throw error;
    },
    maxUnresolved: 1000,
    commitIntervalMs: 50,
    sessionTimeoutMs: 6000,
    log,
  });
  await consumer.start();
  await eventually(`offset ${offset}`, async () => (await committed(topic, groupId)) === offset, {
    withinMs: 60_000,
  });
  await consumer.stop(1000);
  return seen;
}

it('P20: a group whose offsets are lost begins again from the earliest record', async () => {
  const { topic, groupId } = await aTopic();
  await produce(topic, 'a', 'b', 'c');
  await consumeUntil(3, topic, groupId);
  await admin.deleteGroups([groupId]);
  await produce(topic, 'd');
  const again = await consumeUntil(4, topic, groupId);
  expect(again.map(({ value }) => String(value))).toEqual(['a', 'b', 'c', 'd']);
});

it('P22: tombstones and records without a key are handed over, control records leave a gap in the offsets', async () => {
  const { topic, groupId } = await aTopic();
  await produce(topic, 'a', null);
  const transactional = kafka.producer({
    transactionalId: ownName('tx'),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await transactional.connect();
  const transaction = await transactional.transaction();
  await transaction.send({ topic, messages: [{ partition: 0, key: 'k', value: 'b' }] });
  await transaction.commit();
  await transactional.disconnect();
  // Kafka writes the control record after it has answered.
  await eventually('the control record', async () => (await endOf(topic)) === 4);
  await produce(topic, 'c');
  const seen = await consumeUntil(5, topic, groupId);
  expect(seen.map(({ offset, key, value }) => [offset, key && String(key), value && String(value)])).toEqual([
    [0n, null, 'a'],
    [1n, null, null],
    [2n, 'k', 'b'],
    [4n, null, 'c'],
  ]);
});

it('P23: records that Kafka deleted before they were processed are an error in the log and a count, not a silent gap', async () => {
  const { topic, groupId } = await aTopic();
  await produce(topic, 'a', 'b');
  await consumeUntil(2, topic, groupId);
  await produce(topic, 'c', 'd', 'e');
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
  const seen = await consumeUntil(5, topic, groupId);
  expect(seen.map(({ value }) => String(value))).toEqual(['e']);
  expect(errors).toContainEqual({
    event: 'records_expired_before_they_were_processed',
    fields: { topic, partition: 0, groupId },
  });
  expect(expirations).toBe(1);
});
