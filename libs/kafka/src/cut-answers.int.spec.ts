import { randomBytes } from 'node:crypto';
import { linksToKafka, type KafkaLinks } from '@navora/faults';
import { createLogger } from '@navora/runtime';
import { eventually, ownName, ownTopic, quietKafka, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GroupConsumer } from './group-consumer.js';
import { createKafka } from './kafka-client.js';

const endpoints = realServices();
const log = createLogger('test', 'silent');
/** Comes in several pieces, of which some are there before the cut is. */
const LARGE = randomBytes(250_000);

let links: KafkaLinks;
beforeAll(async () => {
  links = await linksToKafka(endpoints.kafkaLinks);
});
afterAll(() => links?.close());

it('B10: a connection cut amid an answer costs a consumer a moment, wherever the cut is', async () => {
  const { topic, dispose } = await ownTopic(endpoints, 1);
  const producer = quietKafka(endpoints).producer();
  await producer.connect();
  const met: string[] = [];
  const consumer = new GroupConsumer(createKafka('cut', { kafkaBrokers: links.brokers }, log), {
    ...{ topics: [topic], groupId: ownName('group'), maxUnresolved: 1000, log },
    ...{ commitIntervalMs: 50, sessionTimeoutMs: 6000 },
    onBatch: async (batch) => {
      for (const record of batch.records) {
        met.push(record.key?.toString() ?? '');
        batch.resolve(record);
      }
    },
    onFatal: (error) => {
      throw error;
    },
  });
  await consumer.start();
  const cuts = [50_000, 100_000, 150_000, 200_000];
  for (const bytes of cuts) {
    await eventually('its assignment', () => consumer.assigned, { withinMs: 20_000 });
    for (const link of links.links) link.cutAfterAnswerBytes(bytes);
    await producer.send({ topic, messages: [{ key: `after ${bytes}`, value: LARGE }] });
    await eventually(`the record after a cut at ${bytes} bytes`, () => met.includes(`after ${bytes}`), {
      withinMs: 15_000,
    });
    for (const link of links.links) link.heal();
  }
  expect(new Set(met)).toEqual(new Set(cuts.map((bytes) => `after ${bytes}`)));
  await consumer.stop(1000);
  await producer.disconnect();
  await dispose();
}, 180_000);
