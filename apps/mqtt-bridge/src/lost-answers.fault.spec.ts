import { FaultyLink } from '@navora/faults';
import { eventually } from '@navora/testing';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectAllInOrder, Load } from './load.fixture.js';
import { aBridge } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

let stack: TestStack;
let link: FaultyLink;

beforeEach(async () => {
  stack = await TestStack.open(process.env);
  const [host = '', port = ''] = (process.env['NAVORA_KAFKA_BROKERS'] ?? '').split(',')[0]?.split(':') ?? [];
  link = await FaultyLink.to(host, Number(port));
}, 60_000);

afterEach(async () => {
  await stack?.dispose();
  await link?.close();
}, 30_000);

it('B10: answers of Kafka that are lost cost repetitions, and neither a reading nor an order', async () => {
  const { bridge } = await aBridge(stack, stack.mqttUrl, {
    // Whatever address Kafka advertises, the way there leads through the link.
    openKafkaSocket: ({ onConnect }) => connect(link.port, '127.0.0.1', onConnect).setNoDelay(true),
  });
  await eventually('the bridge at work', () => bridge.notReadyBecause().length === 0);
  const load = new Load(stack, await stack.connectVehicles(), 300);
  load.start();
  for (let round = 1; round <= 3; round++) {
    const before = stack.written.length;
    await eventually('a steady stream', () => stack.written.length > before + 300, { withinMs: 60_000 });
    link.loseAnswers();
    const written = stack.written.length;
    await eventually('records of which the bridge hears nothing', () => stack.written.length > written);
    await eventually('a request without an answer', () => bridge.unacknowledged > 0);
    link.heal();
  }
  await load.stop();
  await expectAllInOrder(stack, load);
  await eventually('nothing under way', () => bridge.unacknowledged === 0);
  expect(
    stack.written.length,
    'the lost answers made duplicates, or the fault did not happen',
  ).toBeGreaterThan(load.sent);
  expect(link.connections).toBeGreaterThan(3);
}, 120_000);
