import { createLogger } from '@navora/runtime';
import { ownTopic, quietKafka, realServices } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createKafka } from './kafka-client.js';
import { checkTopics, WrongTopics } from './topic-check.js';

it('B11: a topic that was given more partitions while it lives is refused at the next start', async () => {
  const { topic, dispose } = await ownTopic(realServices(), 4);
  onTestFinished(dispose);
  const kafka = createKafka('test', realServices(), createLogger('test', 'silent'));
  await expect(checkTopics(kafka, { [topic]: 4 })).resolves.toBeUndefined();
  const admin = quietKafka(realServices()).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
  await admin.disconnect();
  await expect
    .poll(() => checkTopics(kafka, { [topic]: 4 }).catch((error: unknown) => error), { timeout: 20_000 })
    .toBeInstanceOf(WrongTopics);
  await expect(checkTopics(kafka, { [topic]: 4 })).rejects.toThrow(
    `${topic} has 5 partitions instead of 4: a live topic's partitions must not change`,
  );
});
