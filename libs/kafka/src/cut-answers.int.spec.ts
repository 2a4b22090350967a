import { randomBytes } from 'node:crypto';
import { linksToKafka, type KafkaLinks } from '@navora/faults';
import { createLogger } from '@navora/runtime';
import { eventually, ownName, ownTopic, quietKafka, realServices } from '@navora/testing';
import type { Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GroupConsumer } from './group-consumer.js';
import { createKafka } from './kafka-client.js';

const endpoints = realServices();
const log = createLogger('test', 'silent');
/** Comes in several pieces, of which some are there before the cut is. */
const LARGE = randomBytes(250_000);

let links: KafkaLinks;
let own: Awaited<ReturnType<typeof ownTopic>>;
let producer: Producer;
let consumer: GroupConsumer;
const met = new Set<string>();

beforeAll(async () => {
  links = await linksToKafka(endpoints.kafkaLinks);
  own = await ownTopic(endpoints, 1);
  producer = quietKafka(endpoints).producer();
  await producer.connect();
  consumer = new GroupConsumer(createKafka('cut', { kafkaBrokers: links.brokers }, log), {
    ...{ topics: [own.topic], groupId: ownName('group'), maxUnresolved: 1000, log },
    ...{ commitIntervalMs: 50, sessionTimeoutMs: 6000, fetchedWithinMs: 2000 },
    onBatch: async (batch) => {
      for (const record of batch.records) {
        met.add(record.key?.toString() ?? '');
        batch.resolve(record);
      }
    },
    onFatal: (error) => {
      throw error;
    },
  });
  await consumer.start();
});
afterAll(async () => {
  await consumer?.stop(1000);
  await producer?.disconnect();
  await own?.dispose();
  await links?.close();
});

it('B10: a connection cut amid an answer costs a consumer a moment, wherever the cut is', async () => {
  const cuts = [50_000, 100_000, 150_000, 200_000];
  for (const bytes of cuts) {
    await eventually('its assignment', () => consumer.assigned, { withinMs: 20_000 });
    for (const link of links.links) link.cutAfterAnswerBytes(bytes);
    await producer.send({ topic: own.topic, messages: [{ key: `after ${bytes}`, value: LARGE }] });
    await eventually(`the record after a cut at ${bytes} bytes`, () => met.has(`after ${bytes}`), {
      withinMs: 15_000,
    });
    for (const link of links.links) link.heal();
  }
  expect(met).toEqual(new Set(cuts.map((bytes) => `after ${bytes}`)));
}, 90_000);

it('I13: a consumer whose fetches nobody answers says so, and no longer once they are', async () => {
  await eventually('answers', () => consumer.assigned && consumer.fetching, { withinMs: 20_000 });
  for (const link of links.links) link.freeze();
  await eventually('no answers', () => !consumer.fetching, { withinMs: 10_000 });
  for (const link of links.links) link.heal();
  await eventually('answers again', () => consumer.fetching, { withinMs: 20_000 });
}, 60_000);
