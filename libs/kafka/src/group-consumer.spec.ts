import { createLogger } from '@navora/runtime';
import type { Kafka } from 'kafkajs';
import { expect, it } from 'vitest';
import { GroupConsumer } from './group-consumer.js';

/** A group that never meets. */
const idle = {
  on: () => undefined,
  connect: async () => undefined,
  subscribe: async () => undefined,
  run: async () => undefined,
  pause: () => undefined,
  disconnect: async () => undefined,
};

it('I11: a stop does not wait for the next commit', async () => {
  const consumer = new GroupConsumer({ consumer: () => idle } as unknown as Kafka, {
    groupId: 'group',
    topics: ['topic'],
    onBatch: async () => undefined,
    onFatal: (error) => {
      throw error;
    },
    maxUnresolved: 1,
    commitIntervalMs: 60_000,
    sessionTimeoutMs: 6000,
    log: createLogger('test', 'silent'),
  });
  await consumer.start();
  const begun = Date.now();
  await consumer.stop(1000);
  expect(Date.now() - begun).toBeLessThan(1000);
});
