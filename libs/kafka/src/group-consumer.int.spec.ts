import { createLogger } from '@navora/runtime';
import { eventually, ownName, ownTopic, quietKafka, realServices } from '@navora/testing';
import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupConsumer, type GroupConsumerOptions } from './group-consumer.js';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';

const PARTITIONS = 4;
const endpoints = realServices();
const kafka = quietKafka(endpoints);
let admin: Admin;
let producer: Producer;

beforeAll(async () => {
  admin = kafka.admin();
  producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
});
// At the very end: a client that has produced to a topic asks for it again and again once it is gone.
const disposals: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  for (const dispose of disposals) await dispose();
});

async function aTopic() {
  const { topic, dispose } = await ownTopic(endpoints, PARTITIONS);
  disposals.push(dispose);
  return { topic, groupId: ownName('group') };
}

function aConsumer(
  topic: string,
  groupId: string,
  onBatch: (batch: RecordBatch) => void,
  over: Partial<GroupConsumerOptions> = {},
) {
  const fatal: unknown[] = [];
  const consumer = new GroupConsumer(kafka, {
    topics: [topic],
    groupId,
    onBatch: async (batch) => onBatch(batch),
    onFatal: (error) => fatal.push(error),
    maxUnresolved: 1000,
    commitIntervalMs: 50,
    sessionTimeoutMs: 6000,
    log: createLogger('test', 'silent'),
    ...over,
  });
  return { consumer, fatal };
}

const produce = (topic: string, partition: number, count: number, from = 0) =>
  producer.send({
    topic,
    messages: Array.from({ length: count }, (_, i) => ({ partition, key: 'k', value: `${from + i}` })),
  });

async function committed(topic: string, groupId: string, partition: number): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return Number(found?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
}

describe('GroupConsumer on Kafka', () => {
  it('commits up to the oldest unresolved record, and delivers from there to the next member', async () => {
    const { topic, groupId } = await aTopic();
    await produce(topic, 0, 10);
    const seen: ConsumedRecord[] = [];
    const first = aConsumer(topic, groupId, (batch) => {
      for (const record of batch.records) {
        seen.push(record);
        if (record.offset !== 4n) batch.resolve(record);
      }
    });
    await first.consumer.start();
    await eventually(
      'the offset of the oldest unresolved record',
      async () => (await committed(topic, groupId, 0)) === 4,
    );
    await first.consumer.stop(0);
    expect(seen).toHaveLength(10);

    const again: bigint[] = [];
    const second = aConsumer(topic, groupId, (batch) => {
      for (const record of batch.records) {
        again.push(record.offset);
        batch.resolve(record);
      }
    });
    await second.consumer.start();
    await eventually('everything committed', async () => (await committed(topic, groupId, 0)) === 10);
    expect(again).toEqual([4n, 5n, 6n, 7n, 8n, 9n]);
    await second.consumer.stop(1000);
  });

  it('takes nothing over beyond its bound while nothing is resolved, and goes on when it is', async () => {
    const { topic, groupId } = await aTopic();
    const batches: RecordBatch[] = [];
    const { consumer } = aConsumer(topic, groupId, (batch) => batches.push(batch), { maxUnresolved: 50 });
    for (let i = 0; i < 20; i++) await produce(topic, i % PARTITIONS, 30, i * 30);
    await consumer.start();
    await eventually('the bound', () => consumer.unresolved >= 50);
    const resolve = (batch: RecordBatch) => batch.records.forEach((record) => batch.resolve(record));
    let most = 0;
    let resolved = 0;
    await eventually('all records', () => {
      most = Math.max(most, consumer.unresolved);
      const next = batches.shift();
      if (next) {
        resolve(next);
        resolved += next.records.length;
      }
      return resolved === 600;
    });
    // A batch is taken over whole, so the bound may be passed by the last one only.
    expect(most).toBeLessThanOrEqual(50 + 150);
    await consumer.stop(1000);
  });

  it('never commits for a partition after the group has met again', async () => {
    const { topic, groupId } = await aTopic();
    const held: RecordBatch[] = [];
    const slow = aConsumer(topic, groupId, (batch) => held.push(batch));
    for (let partition = 0; partition < PARTITIONS; partition++) await produce(topic, partition, 5);
    await slow.consumer.start();
    await eventually(
      'all partitions taken over',
      () => held.reduce((sum, batch) => sum + batch.records.length, 0) === 20,
    );
    const firstEpoch = [...held];

    const quick = aConsumer(topic, groupId, (batch) =>
      batch.records.forEach((record) => batch.resolve(record)),
    );
    await quick.consumer.start();
    await eventually('the end of the first epoch', () => firstEpoch.every((batch) => !batch.assignment.held));
    for (const batch of firstEpoch) batch.records.slice(0, 2).forEach((record) => batch.resolve(record));
    await eventually('the new owner’s commits', async () => {
      const offsets = await Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) => committed(topic, groupId, partition)),
      );
      expect(offsets.every((offset) => offset === -1 || offset === 5)).toBe(true);
      return offsets.filter((offset) => offset === 5).length >= 2;
    });
    expect(slow.fatal).toEqual([]);
    await slow.consumer.stop(0);
    await eventually('the rest, taken over from the member that left', async () => {
      const offsets = await Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) => committed(topic, groupId, partition)),
      );
      return offsets.every((offset) => offset === 5);
    });
    await quick.consumer.stop(1000);
  });

  it('I13: a member that the group gives no partition says so, until another leaves and it has one', async () => {
    const { topic, groupId } = await aTopic();
    const members = Array.from({ length: PARTITIONS + 1 }, () => aConsumer(topic, groupId, () => undefined));
    const assigned = () => members.filter(({ consumer }) => consumer.assigned);
    expect(assigned()).toEqual([]);
    await Promise.all(members.map(({ consumer }) => consumer.start()));
    await eventually('a partition for all but one', () => assigned().length === PARTITIONS, {
      withinMs: 60_000,
    });
    const idle = members.find(({ consumer }) => !consumer.assigned);
    const leaver = assigned()[0];
    await leaver?.consumer.stop(1000);
    expect(leaver?.consumer.assigned).toBe(false);
    await eventually('its partition', () => idle?.consumer.assigned ?? false, { withinMs: 60_000 });
    await Promise.all(members.map(({ consumer }) => consumer.stop(1000)));
  });

  it('commits nothing that it could not make durable first', async () => {
    const { topic, groupId } = await aTopic();
    let durable = false;
    const { consumer } = aConsumer(
      topic,
      groupId,
      (batch) => batch.records.forEach((record) => batch.resolve(record)),
      {
        beforeCommit: async () => {
          if (!durable) throw new Error('the store is away');
        },
      },
    );
    await produce(topic, 1, 3);
    await consumer.start();
    await eventually(
      'all resolved',
      () => consumer.assigned && consumer.unresolved === 0 && consumer.lag === 0,
    );
    expect(await committed(topic, groupId, 1)).toBe(-1);
    durable = true;
    await eventually('the commit', async () => (await committed(topic, groupId, 1)) === 3);
    await consumer.stop(1000);
  });

  it('leaves in Kafka what the gate does not admit, with its partition only, and goes on when there is room', async () => {
    const { topic, groupId } = await aTopic();
    const places = { waiting: [] as [RecordBatch, ConsumedRecord][], most: 5 };
    const waits = ({ partition }: ConsumedRecord) => partition === 0;
    const seen: Record<number, bigint[]> = { 0: [], 1: [] };
    const { consumer, fatal } = aConsumer(
      topic,
      groupId,
      (batch) => {
        for (const record of batch.records) {
          seen[record.partition]?.push(record.offset);
          if (waits(record)) places.waiting.push([batch, record]);
          else batch.resolve(record);
        }
      },
      {
        maxUnresolved: 3,
        gate: {
          get parked() {
            return places.waiting.length;
          },
          admits: (records) =>
            records.some(waits)
              ? Math.min(records.length, places.most - places.waiting.length)
              : records.length,
          hasRoomIn: () => places.waiting.length === 0,
          forgetAll: () => void (places.waiting = []),
        },
      },
    );
    await produce(topic, 0, 12);
    await produce(topic, 1, 12);
    await consumer.start();
    await eventually('the other partition', async () => (await committed(topic, groupId, 1)) === 12);
    await eventually('the pause', () => consumer.pausedPartitions === 1);
    expect(seen[0]).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(consumer.underWay).toBe(0);
    await produce(topic, 1, 5);
    await eventually('the other partition, still', async () => (await committed(topic, groupId, 1)) === 17);
    expect(seen[0]).toHaveLength(5);

    await eventually('the rest, place by place', () => {
      for (const [batch, record] of places.waiting.splice(0)) batch.resolve(record);
      return seen[0]?.length === 12;
    });
    for (const [batch, record] of places.waiting.splice(0)) batch.resolve(record);
    await eventually('everything committed', async () => (await committed(topic, groupId, 0)) === 12);
    expect(seen[0]).toEqual(Array.from({ length: 12 }, (_, offset) => BigInt(offset)));
    expect(consumer.pausedPartitions).toBe(0);
    expect(fatal).toEqual([]);
    await consumer.stop(1000);
  });
});
