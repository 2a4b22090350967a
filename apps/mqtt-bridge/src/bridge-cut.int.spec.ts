import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aBridge, BridgeProcess, RECEIVE_MAXIMUM } from './running-bridge.fixture.js';
import { pubackIds, publishedIds, TappedProxy } from './tapped-proxy.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 30_000, interval: 20 });

let stack: TestStack;
let proxy: TappedProxy;

beforeEach(async () => {
  stack = await TestStack.open(process.env);
  proxy = await TappedProxy.open(stack.mqttUrl);
  stack.onDispose(() => proxy.close());
}, 60_000);

afterEach(() => stack?.dispose(), 30_000);

const FIRST = 1_763_800_000_000;

/** Publishes readings of a few vehicles, numbered by their times; resolves when the broker has them. */
async function publish(from: number, count: number): Promise<void> {
  const vehicles = await stack.connectVehicles();
  const sent = Array.from({ length: count }, (_, i) =>
    vehicles.publishAsync(
      stack.mqttTopicOf(`truck-${(from + i) % 5}`),
      JSON.stringify({ recordedAt: FIRST + from + i }),
      { qos: 1 },
    ),
  );
  await Promise.all(sent);
}

/** Nothing is lost, and each vehicle's first occurrences stand in the order they were sent. */
async function expectAllInOrder(count: number): Promise<void> {
  const arrived = async () => new Set((await stack.decoded()).map(({ recordedAt }) => recordedAt - FIRST));
  await vi.waitFor(async () => expect((await arrived()).size).toBe(count), {
    timeout: 30_000,
    interval: 300,
  });
  for (let vehicle = 0; vehicle < 5; vehicle++) {
    const times = (await stack.decoded())
      .filter(({ vehicleId }) => vehicleId === `truck-${vehicle}`)
      .map(({ recordedAt }) => recordedAt);
    const firsts = [...new Set(times)];
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  }
}

const sessionsOf = (bridge: BridgeProcess) =>
  bridge.events('mqtt_subscribed').map(({ sessionPresent }) => sessionPresent);

describe('a bridge that is killed', () => {
  it('B2: after Kafka has the messages and before their PUBACKs: they come again, nothing is lost', async () => {
    const first = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(sessionsOf(first)).toEqual([false]));
    proxy.holdsBridge = true;
    await publish(0, 200);
    await until(() => expect(stack.written).toHaveLength(200));
    expect(pubackIds(proxy.taps[0]?.fromBridge ?? [])).toEqual([]);
    await first.end('SIGKILL');
    proxy.holdsBridge = false;

    const second = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(sessionsOf(second)).toEqual([true]));
    // With a packet id: the broker tells its own count of dropped messages without.
    const again = () =>
      (proxy.taps[1]?.fromBroker ?? []).filter((packet) => packet.cmd === 'publish' && packet.qos === 1);
    await until(() => expect(again()).toHaveLength(200));
    expect(again().every((packet) => packet.cmd === 'publish' && packet.dup)).toBe(true);
    await until(() => expect(pubackIds(proxy.taps[1]?.fromBridge ?? [])).toHaveLength(200));
    await expectAllInOrder(200);
    expect(await second.end('SIGTERM')).toBe(0);
  }, 60_000);

  it('B2, B3: in the middle of the stream, again and again: nothing is lost, and the order holds', async () => {
    for (let round = 0; round < 3; round++) {
      const bridge = await BridgeProcess.start(stack, proxy.url);
      await until(() => expect(sessionsOf(bridge)).toEqual([round > 0]));
      const acknowledged = () => pubackIds(proxy.taps.at(-1)?.fromBridge ?? []).length;
      const published = publish(round * 2000, 2000);
      await until(() => expect(acknowledged()).toBeGreaterThan(200));
      await bridge.end('SIGKILL');
      await published;
    }
    const last = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(sessionsOf(last)).toEqual([true]));
    await expectAllInOrder(6000);
    expect(await last.end('SIGTERM')).toBe(0);
  }, 120_000);

  it('and one that is stopped properly causes no message to come twice', async () => {
    const first = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(sessionsOf(first)).toEqual([false]));
    const publishing = publish(0, 3000);
    await until(() => expect(stack.written.length).toBeGreaterThan(100));
    expect(await first.end('SIGTERM')).toBe(0);
    await publishing;
    const second = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(sessionsOf(second)).toEqual([true]));
    await expectAllInOrder(3000);
    expect(stack.written).toHaveLength(3000);
    expect(await second.end('SIGTERM')).toBe(0);
  }, 60_000);
});

describe('a connection that breaks while Kafka has not answered', () => {
  it('B4: takes its PUBACKs with it: none is sent on the next, and everything arrives', async () => {
    const { bridge, sender } = await aBridge(stack, proxy.url);
    await until(() => expect(bridge.notReadyBecause()).toEqual([]));
    sender.hold();
    await publish(0, 50);
    await until(() => expect(bridge.unacknowledged).toBe(50));
    proxy.cut();
    // The broker may give the packet ids of the first connection to other messages.
    await publish(50, 50);
    await until(() => expect(publishedIds(proxy.taps[1]?.fromBroker ?? [])).toHaveLength(100));
    expect(pubackIds(proxy.taps[1]?.fromBridge ?? [])).toEqual([]);
    sender.release();
    await until(() => expect(pubackIds(proxy.taps[1]?.fromBridge ?? [])).toHaveLength(100));
    const [first, second] = proxy.taps;
    expect(pubackIds(first?.fromBridge ?? [])).toEqual([]);
    expect(pubackIds(second?.fromBridge ?? [])).toEqual(publishedIds(second?.fromBroker ?? []));
    await expectAllInOrder(100);
  }, 60_000);
});

describe('a Kafka that stays away', () => {
  it('B1: fills the window and no more, also over broken connections; once back, everything arrives', async () => {
    const { bridge, sender } = await aBridge(stack, proxy.url);
    await until(() => expect(bridge.notReadyBecause()).toEqual([]));
    sender.hold();
    await publish(0, 6000);
    await until(() => expect(bridge.unacknowledged).toBe(RECEIVE_MAXIMUM));
    proxy.cut();
    await until(() => expect(bridge.unacknowledged).toBe(2 * RECEIVE_MAXIMUM));
    proxy.cut();
    await until(() => expect(bridge.notReadyBecause()).toContain('not subscribed at the MQTT broker'));
    expect(bridge.unacknowledged).toBe(2 * RECEIVE_MAXIMUM);
    expect(proxy.taps).toHaveLength(2);
    sender.release();
    await expectAllInOrder(6000);
    expect(bridge.notReadyBecause()).toEqual([]);
  }, 60_000);
});
