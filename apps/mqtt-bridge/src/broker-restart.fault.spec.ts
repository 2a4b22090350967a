import { eventually, OwnBroker } from '@navora/testing';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aBridge } from './running-bridge.fixture.js';
import { pubackIds, publishedIds, TappedProxy } from './tapped-proxy.fixture.js';
import { TestStack } from './test-stack.fixture.js';

let stack: TestStack;
let broker: OwnBroker;
let proxy: TappedProxy;

beforeEach(async () => {
  broker = await OwnBroker.start({ persistence: false });
  stack = await TestStack.open({ ...process.env, NAVORA_MQTT_URL: broker.url });
  proxy = await TappedProxy.open(broker.url);
}, 60_000);

afterEach(async () => {
  await stack?.dispose();
  await proxy?.close();
  await broker?.dispose();
}, 30_000);

const FIRST = 1_763_800_000_000;

async function publish(from: number, count: number): Promise<void> {
  const vehicles = await connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 });
  for (let i = from; i < from + count; i++) {
    await vehicles.publishAsync(stack.mqttTopicOf('truck-1'), `{"recordedAt":${FIRST + i}}`, { qos: 1 });
  }
  await vehicles.endAsync();
}

it('B5: a session the broker has forgotten is an alarm, and no late PUBACK meets its new packet ids', async () => {
  const { bridge, sender, logged } = await aBridge(stack, proxy.url);
  await eventually('the bridge at work', () => bridge.notReadyBecause().length === 0);
  sender.hold();
  await publish(0, 30);
  await eventually('30 without an answer of Kafka', () => bridge.unacknowledged === 30);

  await broker.end('SIGKILL');
  await broker.run();
  await eventually(
    'a new subscription',
    () => logged.filter(({ event }) => event === 'mqtt_subscribed').length === 2,
  );
  expect(logged).toContainEqual(
    expect.objectContaining({ level: 'error', event: 'mqtt_broker_grants_less', what: 'session' }),
  );

  // The new session counts its packet ids from one again: those of the old one would fit.
  await publish(30, 30);
  const tap = () => proxy.taps.at(-1);
  await eventually('30 more', () => publishedIds(tap()?.fromBroker ?? []).length === 30);
  expect(publishedIds(tap()?.fromBroker ?? [])).toEqual(publishedIds(proxy.taps[0]?.fromBroker ?? []));
  expect(pubackIds(tap()?.fromBridge ?? [])).toEqual([]);
  sender.release();
  await eventually('30 PUBACKs', () => pubackIds(tap()?.fromBridge ?? []).length === 30);
  await eventually('all in Kafka', () => stack.written.length >= 60);
  expect(pubackIds(tap()?.fromBridge ?? [])).toEqual(publishedIds(tap()?.fromBroker ?? []));
  const times = [...new Set((await stack.decoded()).map(({ recordedAt }) => recordedAt - FIRST))];
  expect(times, 'I1, I4').toEqual(Array.from({ length: 60 }, (_, i) => i));
}, 90_000);
