import { createRequire } from 'node:module';
import { createLogger } from '@navora/runtime';
import { eventually, ownName, ownTopic, quietKafka, realServices } from '@navora/testing';
import kafkajs from 'kafkajs';
import { afterEach, expect, it } from 'vitest';
import { GroupConsumer } from './group-consumer.js';

interface Requests {
  heartbeat(...args: unknown[]): Promise<unknown>;
  joinGroup(...args: unknown[]): Promise<unknown>;
}
/** The client's requests to a node: the one place where an answer of Kafka can be replaced by another. */
const { prototype: requests } = createRequire(import.meta.url)('kafkajs/src/broker') as {
  prototype: Requests;
};
const real = { heartbeat: requests.heartbeat, joinGroup: requests.joinGroup };
afterEach(() => void Object.assign(requests, real));

/** The next request of this kind is answered so; all others by Kafka. */
function answerOnce(request: keyof Requests, type: string, code: number): void {
  requests[request] = async () => {
    requests[request] = real[request];
    throw new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code, retriable: true }));
  };
}

const endpoints = realServices();

it.each([
  ['while records come', true],
  ['while nothing comes', false],
])(
  'I9: a coordinator that has moved and is still loading costs the group its member for a moment, not for ever, %s',
  async (_, busy) => {
    const { topic, dispose } = await ownTopic(endpoints, 1);
    const kafka = quietKafka(endpoints);
    const producer = kafka.producer();
    await producer.connect();
    let resolved = 0;
    const consumer = new GroupConsumer(kafka, {
      ...{ topics: [topic], groupId: ownName('group'), maxUnresolved: 1000 },
      ...{ commitIntervalMs: 50, sessionTimeoutMs: 6000, log: createLogger('test', 'silent') },
      onBatch: async (batch) => {
        resolved += batch.records.length;
        for (const record of batch.records) batch.resolve(record);
      },
      onFatal: (error) => {
        throw error;
      },
    });
    await consumer.start();
    const send = () => producer.send({ topic, messages: [{ value: 'x' }] });
    await send();
    await eventually('the first record', () => resolved === 1 && consumer.assigned);

    answerOnce('joinGroup', 'GROUP_LOAD_IN_PROGRESS', 14);
    answerOnce('heartbeat', 'NOT_COORDINATOR_FOR_GROUP', 16);
    await eventually('the end of its assignment', () => !consumer.assigned);
    if (busy) await send();
    await eventually('another assignment', () => consumer.assigned, { withinMs: 20_000 });
    if (!busy) await send();
    await eventually('the second record', () => resolved >= 2);
    expect(consumer.unresolved).toBe(0);

    await consumer.stop(1000);
    await producer.disconnect();
    await dispose();
  },
  60_000,
);
