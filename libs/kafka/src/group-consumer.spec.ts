import { createLogger } from '@navora/runtime';
import kafkajs, { type ConsumerConfig, type EachBatchPayload, type Kafka } from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { GroupConsumer, type GroupConsumerOptions } from './group-consumer.js';

const options: GroupConsumerOptions = {
  groupId: 'group',
  topics: ['topic'],
  onBatch: async () => undefined,
  onFatal: (error) => {
    throw error;
  },
  maxUnresolved: 100,
  commitIntervalMs: 60_000,
  sessionTimeoutMs: 6000,
  log: createLogger('test', 'silent'),
};

/** A client whose group meets, and hands over batches, when the test says so. */
function aClient() {
  const listeners = new Map<string, (event: unknown) => void>();
  const asked: ConsumerConfig[] = [];
  let eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => undefined;
  const consumer = {
    on: (event: string, listener: (event: unknown) => void) => void listeners.set(event, listener),
    connect: async () => undefined,
    subscribe: async () => undefined,
    run: async (given: { eachBatch: typeof eachBatch }) => void (eachBatch = given.eachBatch),
    pause: () => undefined,
    disconnect: async () => undefined,
  };
  const join = () =>
    listeners.get('consumer.group_join')?.({ payload: { memberAssignment: { topic: [0] } } });
  const handOver = (offset: number, commitOffsetsIfNecessary: () => Promise<void>) =>
    eachBatch({
      batch: {
        ...{ topic: 'topic', partition: 0, highWatermark: String(offset + 1) },
        messages: [{ offset: String(offset), timestamp: '0', key: null, value: null, headers: {} }],
        lastOffset: () => String(offset),
      },
      ...{ isStale: () => false, resolveOffset: () => undefined, commitOffsetsIfNecessary },
    } as unknown as EachBatchPayload);
  const tell = (event: string) => listeners.get(event)?.({ payload: {} });
  const kafka = { consumer: (config: ConsumerConfig) => (asked.push(config), consumer) };
  return { kafka: kafka as unknown as Kafka, asked, join, tell, handOver };
}

it('I11: a stop does not wait for the next commit', async () => {
  const consumer = new GroupConsumer(aClient().kafka, options);
  await consumer.start();
  const begun = Date.now();
  await consumer.stop(1000);
  expect(Date.now() - begun).toBeLessThan(1000);
});

it('I9: a coordinator that commits cannot reach is looked for anew, by the same member, at the next batch', async () => {
  const client = aClient();
  const consumer = new GroupConsumer(client.kafka, {
    ...{ ...options, commitIntervalMs: 1 },
    onBatch: async (batch) => {
      for (const record of batch.records) batch.resolve(record);
    },
  });
  await consumer.start();
  onTestFinished(() => consumer.stop(0));
  client.join();
  let refusals = 0;
  const twiceRefused = new Promise<void>((resolve) => {
    const commit = async () => {
      if (++refusals === 3) resolve();
      throw new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED');
    };
    void client.handOver(1, commit);
  });
  await twiceRefused;
  const commits = async () => undefined;
  await expect(client.handOver(2, commits)).rejects.toMatchObject({ type: 'NOT_COORDINATOR_FOR_GROUP' });
  client.join();
  await expect(client.handOver(2, commits)).resolves.toBeUndefined();
});

it('I9: a client that goes on as before, though it was to join again, is made to join', async () => {
  const client = aClient();
  const consumer = new GroupConsumer(client.kafka, options);
  await consumer.start();
  onTestFinished(() => consumer.stop(0));
  client.join();
  client.tell('consumer.heartbeat');
  client.tell('consumer.rebalancing');
  expect(() => client.tell('consumer.heartbeat')).toThrow('the client has not joined again');
  client.join();
  client.tell('consumer.heartbeat');
  await consumer.stop(0);
  client.tell('consumer.heartbeat');
});

it('I10: one fetch of sixteen partitions with a backlog is 2 MiB of records', async () => {
  const { kafka, asked } = aClient();
  const consumer = new GroupConsumer(kafka, options);
  await consumer.start();
  expect(16 * (asked[0]?.maxBytesPerPartition ?? Infinity)).toBe(2 * 1024 * 1024);
  await consumer.stop(0);
});
