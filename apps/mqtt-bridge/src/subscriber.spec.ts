import { createMetrics } from '@navora/runtime';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AckWindow, Delivery } from './ack-window.js';
import { type BrokerManners, FakeBroker } from './fake-broker.fixture.js';
import { Intake } from './intake.js';
import { recordingLog } from './logged.fixture.js';
import { createBridgeMetrics } from './metrics.js';
import { Subscriber } from './subscriber.js';

function aSubscriber(mannersOf: (connection: number) => BrokerManners = () => ({})) {
  const brokers: FakeBroker[] = [];
  const received: { delivery: Delivery; window: AckWindow }[] = [];
  const registry = createMetrics('test');
  const { log, logged } = recordingLog();
  const intake = new Intake({ messages: 100, bytes: 1_000_000 });
  const subscriber = new Subscriber({
    settings: {
      clientId: 'navora-bridge',
      filter: 'vehicles/+/telemetry',
      sessionExpirySeconds: 86_400,
      receiveMaximum: 2000,
      keepaliveSeconds: 20,
      establishTimeoutMs: 2000,
    },
    openSocket: () => {
      const broker = new FakeBroker(mannersOf(brokers.length + 1));
      brokers.push(broker);
      return broker.client;
    },
    intake,
    metrics: createBridgeMetrics(registry),
    log,
    heartbeats: () => ({ next: () => 'now', received: () => undefined }),
    received: (packet, window) => {
      received.push({ window, delivery: window.receive(packet.messageId as number) });
    },
  });
  onTestFinished(() => subscriber.stop());
  subscriber.start();
  const metric = async (name: string, labels = '') => {
    const text = await registry.getSingleMetricAsString(`navora_bridge_${name}`);
    const line = text.split('\n').find((one) => !one.startsWith('#') && one.includes(labels));
    return line === undefined ? 0 : Number(line.split(' ').at(-1));
  };
  return { subscriber, brokers, received, metric, intake, logged };
}

const anExpiring = (messageId: number): Packet => ({
  cmd: 'publish',
  messageId,
  topic: 'vehicles/truck-17/telemetry',
  payload: Buffer.from('{}'),
  qos: 1,
  dup: false,
  retain: false,
  properties: { messageExpiryInterval: 60 },
});
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 5000, interval: 2 });
const resumed: BrokerManners = { connack: { sessionPresent: true } };

describe('Subscriber', () => {
  it('B4: connects again, and never acknowledges on the new connection what came on the old', async () => {
    const { subscriber, brokers, received, metric } = aSubscriber((n) => (n > 1 ? resumed : {}));
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    brokers[0]?.publish(1, 2);
    await until(() => expect(received).toHaveLength(2));
    brokers[0]?.vanish();
    await until(() => expect(brokers).toHaveLength(2));
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    brokers[1]?.publish(2, 1);
    await until(() => expect(received).toHaveLength(4));
    for (const { window, delivery } of received.slice(0, 3)) window.settle(delivery);
    await until(() => expect(brokers[1]?.pubacks).toEqual([2]));
    expect(brokers[0]?.pubacks).toEqual([]);
    expect(await metric('reconnects_total')).toBe(1);
    expect(await metric('granted_less_total')).toBe(0);
  });

  it.each<[string, (connection: number) => BrokerManners]>([
    ['qos', () => ({ granted: 0 })],
    ['session-expiry', () => ({ connack: { properties: { sessionExpiryInterval: 60 } } })],
    ['receive-maximum', () => ({ connack: { properties: { receiveMaximum: 20 } } })],
  ])('B15: is loud when the broker grants less: %s', async (what, mannersOf) => {
    const { subscriber, metric, logged } = aSubscriber(mannersOf);
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    expect(await metric('granted_less_total', `what="${what}"`)).toBe(1);
    expect(logged).toContainEqual(expect.objectContaining({ event: 'mqtt_broker_grants_less', what }));
  });

  it('B15: is loud about messages that expire, once a minute, and takes them all the same', async () => {
    const { subscriber, brokers, received, logged, metric } = aSubscriber();
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    for (const messageId of [1, 2, 3]) brokers[0]?.send(anExpiring(messageId));
    await until(() => expect(received).toHaveLength(3));
    expect(await metric('expiring_messages_total')).toBe(3);
    expect(logged.filter(({ event }) => event === 'mqtt_messages_expire')).toHaveLength(1);
  });

  it('B15: is loud when the session is gone after a reconnect, but not at the first connection', async () => {
    const { subscriber, brokers, metric } = aSubscriber();
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    expect(await metric('granted_less_total')).toBe(0);
    brokers[0]?.vanish();
    await until(() => expect(brokers).toHaveLength(2));
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    expect(await metric('granted_less_total', 'what="session"')).toBe(1);
  });

  it('B7: stays away for a while when another client takes its session over', async () => {
    const { subscriber, brokers, metric } = aSubscriber();
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    brokers[0]?.send({ cmd: 'disconnect', reasonCode: 0x8e });
    await until(() => expect(subscriber.isSubscribed).toBe(false));
    expect(await metric('take_overs_total')).toBe(1);
    expect(brokers).toHaveLength(1);
  });

  it('B7: takes a broker that hangs up again and again for a take-over: some do not say so', async () => {
    const { subscriber, brokers, metric } = aSubscriber();
    for (let connection = 0; connection < 3; connection++) {
      await until(() => expect(subscriber.isSubscribed).toBe(true));
      brokers[connection]?.hangUp();
      await until(() => expect(subscriber.isSubscribed).toBe(false));
    }
    expect(await metric('take_overs_total')).toBe(1);
    expect(brokers).toHaveLength(3);
  });

  it('does not connect again while what earlier connections brought fills the memory', async () => {
    const { subscriber, brokers, intake } = aSubscriber();
    await until(() => expect(subscriber.isSubscribed).toBe(true));
    for (let i = 0; i < 100; i++) intake.taken(1, 0);
    brokers[0]?.vanish();
    await until(() => expect(subscriber.isSubscribed).toBe(false));
    await expect(vi.waitFor(() => expect(brokers).toHaveLength(2), { timeout: 300 })).rejects.toThrow();
    for (let i = 0; i < 50; i++) intake.settled(1, 0);
    await until(() => expect(brokers).toHaveLength(2));
  });
});
