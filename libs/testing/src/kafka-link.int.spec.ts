import { linksToKafka, type KafkaLinks } from '@navora/faults';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realServices } from './endpoints.js';
import { eventually } from './eventually.js';
import { ownTopic } from './own-names.js';

let kafka: KafkaLinks;
let producer: Producer;
let own: Awaited<ReturnType<typeof ownTopic>>;

beforeAll(async () => {
  kafka = await linksToKafka(realServices().kafkaLinks);
  own = await ownTopic(realServices(), 1);
  const client = new Kafka({
    brokers: kafka.brokers,
    logLevel: logLevel.NOTHING,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  producer = client.producer();
  await producer.connect();
});
afterAll(async () => {
  await producer?.disconnect();
  await own?.dispose();
  await kafka?.close();
});

const send = () => producer.send({ topic: own.topic, messages: [{ value: 'one' }] });

it('a link stands between Kafka and clients that follow the addresses it gives out', async () => {
  await send();
  for (const link of kafka.links) link.refuse();
  await expect(send()).rejects.toThrow();
  for (const link of kafka.links) link.heal();
  await eventually('the record', send);
});
