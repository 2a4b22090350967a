import { eventually } from '@navora/testing';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBridge } from './running-bridge.fixture.js';
import { pubackIds, publishedIds, TappedProxy } from './tapped-proxy.fixture.js';
import { TestStack } from './test-stack.fixture.js';

let stack: TestStack;
let proxy: TappedProxy;
let vehicles: MqttClient;

beforeAll(async () => {
  stack = await TestStack.open(process.env);
  proxy = await TappedProxy.open(stack.mqttUrl);
  stack.onDispose(() => proxy.close());
  vehicles = await stack.connectVehicles();
  // Retained before the bridge subscribes for the first time.
  await vehicles.publishAsync(stack.mqttTopicOf('retained-before'), body(1), { qos: 1, retain: true });
  const { bridge } = await aBridge(stack, proxy.url);
  await eventually('the bridge at work', () => bridge.notReadyBecause().length === 0);
}, 60_000);

afterAll(async () => {
  for (const vehicle of ['retained-before', 'retained']) {
    await vehicles?.publishAsync(stack.mqttTopicOf(vehicle), '', { qos: 1, retain: true });
  }
  await stack?.dispose();
}, 30_000);

const body = (number: number) => `{"recordedAt":${1_763_800_000_000 + number}}`;
const recordsOf = (vehicle: string) => stack.written.filter(({ key }) => key === vehicle);
const pubacks = () => pubackIds(proxy.taps[0]?.fromBridge ?? []).length;

it('B13: QoS 0 is a reading like any other, without a PUBACK', async () => {
  const before = pubacks();
  await vehicles.publishAsync(stack.mqttTopicOf('qos-0'), body(1), { qos: 0 });
  await eventually('a record', () => recordsOf('qos-0').length === 1);
  expect(pubacks()).toBe(before);
});

it('B13: QoS 2 of a vehicle reaches the bridge at QoS 1, once', async () => {
  await vehicles.publishAsync(stack.mqttTopicOf('qos-2'), body(1), { qos: 2 });
  await eventually('a record', () => recordsOf('qos-2').length === 1);
});

it('B13: a retained message is a reading when it is sent, and not again at a subscription', async () => {
  await vehicles.publishAsync(stack.mqttTopicOf('retained'), body(1), { qos: 1, retain: true });
  await eventually('a record', () => recordsOf('retained').length === 1);
  proxy.cut();
  await eventually(
    'another connection',
    () => publishedIds(proxy.taps[1]?.fromBroker ?? []).length >= 0 && proxy.taps.length === 2,
  );
  await vehicles.publishAsync(stack.mqttTopicOf('after-retained'), body(2), { qos: 1 });
  await eventually('what came after', () => recordsOf('after-retained').length === 1);
  expect(recordsOf('retained')).toHaveLength(1);
  expect(recordsOf('retained-before')).toHaveLength(0);
});

it('B13: DUP changes nothing: the same bytes are the same reading', async () => {
  await vehicles.publishAsync(stack.mqttTopicOf('dup'), body(1), { qos: 1 });
  await vehicles.publishAsync(stack.mqttTopicOf('dup'), body(1), { qos: 1, dup: true });
  await eventually('both deliveries', () => recordsOf('dup').length === 2);
  const [first, second] = recordsOf('dup');
  expect(second?.value).toEqual(first?.value);
});

it('B13: a topic alias stays between vehicle and broker', async () => {
  const client = await connectAsync(stack.mqttUrl, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    autoAssignTopicAlias: true,
  });
  for (let i = 0; i < 3; i++) await client.publishAsync(stack.mqttTopicOf('alias'), body(i), { qos: 1 });
  await client.endAsync();
  await eventually('three records', () => recordsOf('alias').length === 3);
});

it('B13: a topic level of 64 KiB is a dead letter', async () => {
  const topic = stack.mqttTopicOf('x'.repeat(65_535 - stack.mqttTopicOf('').length));
  await vehicles.publishAsync(topic, body(1), { qos: 1 });
  const letter = await eventually('a dead letter', () =>
    stack.letters.find(({ mqttTopic }) => mqttTopic === topic),
  );
  expect(letter).toMatchObject({ reason: 'invalid-topic', vehicleId: null });
});
