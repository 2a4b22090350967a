import { it, onTestFinished } from 'vitest';
import { freezeKafka } from './kafka-frozen.fixture.js';
import { TestStack } from './test-stack.fixture.js';

it('B1: Kafka frozen for 15 s under load: the window fills, memory stays bounded, and nothing is lost', async () => {
  const stack = await TestStack.open(process.env);
  onTestFinished(() => stack.dispose(), 60_000);
  await freezeKafka(stack, 15_000, 500);
}, 180_000);
