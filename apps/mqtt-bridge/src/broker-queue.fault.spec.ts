import { OwnBroker } from '@navora/testing';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BridgeProcess } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 30_000, interval: 50 });

let stack: TestStack;
let broker: OwnBroker;

beforeEach(async () => {
  broker = await OwnBroker.start({ max_queued_messages: 100, sys_interval: 1 });
  stack = await TestStack.open({ ...process.env, NAVORA_MQTT_URL: broker.url });
}, 60_000);

afterEach(async () => {
  await stack?.dispose();
  await broker?.dispose();
}, 30_000);

it('B9: what the broker dropped while the bridge was away is an alarm of the next one', async () => {
  const first = await BridgeProcess.start(stack, stack.mqttUrl);
  await until(() => expect(first.events('mqtt_subscribed')).toHaveLength(1));
  expect(await first.end('SIGTERM')).toBe(0);

  const vehicles = await connectAsync(broker.url, { protocolVersion: 5 });
  for (let i = 0; i < 250; i++) {
    const body = JSON.stringify({ recordedAt: 1_763_800_000_000 + i });
    await vehicles.publishAsync(stack.mqttTopicOf('truck-1'), body, { qos: 1 });
  }
  await vehicles.endAsync();

  const second = await BridgeProcess.start(stack, stack.mqttUrl);
  await until(() => {
    const told = second.events('mqtt_broker_dropped_messages');
    expect(told.reduce((sum, { more }) => sum + Number(more), 0)).toBe(150);
  });
  expect(await second.metric('navora_bridge_broker_dropped_messages')).toBe(150);
  await until(() => expect(stack.written).toHaveLength(100));
  expect(await second.end('SIGTERM')).toBe(0);
}, 90_000);
