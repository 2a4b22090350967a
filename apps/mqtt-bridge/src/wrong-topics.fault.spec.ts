import { eventually } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { BridgeProcess } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

it('B11: the bridge does not start on a topic whose partitions were changed, and says what is wrong', async () => {
  const stack = await TestStack.open(process.env, { reads: [] });
  onTestFinished(() => stack.dispose(), 30_000);
  const admin = stack.kafka.admin();
  await admin.connect();
  const topic = stack.topics.readings;
  await admin.createPartitions({ topicPartitions: [{ topic, count: 17 }] });
  await eventually('17 partitions', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length === 17;
  });
  await admin.disconnect();
  const bridge = await BridgeProcess.start(stack, stack.mqttUrl);
  expect(await bridge.exited).toBe(1);
  expect(bridge.words).toContain(`${topic} has 17 partitions instead of 16`);
  expect(bridge.events('mqtt_subscribed')).toEqual([]);
}, 60_000);
