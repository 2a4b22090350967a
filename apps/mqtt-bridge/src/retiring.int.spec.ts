import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeProcess } from './running-bridge.fixture.js';
import { pubackIds, TappedProxy } from './tapped-proxy.fixture.js';
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
const RETIRES = { settings: { NAVORA_MQTT_RETIRE: 'true' } };

async function publish(from: number, count: number): Promise<void> {
  const vehicles = await stack.connectVehicles();
  const readings = Array.from({ length: count }, (_, i) => JSON.stringify({ recordedAt: FIRST + from + i }));
  await Promise.all(
    readings.map((body) => vehicles.publishAsync(stack.mqttTopicOf('truck'), body, { qos: 1 })),
  );
}

const timesInKafka = async () => (await stack.decoded()).map(({ recordedAt }) => recordedAt - FIRST);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A bridge comes, so that the broker keeps messages for it, and goes. */
async function leaveASession(): Promise<void> {
  const bridge = await BridgeProcess.start(stack, proxy.url);
  await until(() => expect(bridge.events('mqtt_subscribed')).toHaveLength(1));
  expect(await bridge.end('SIGTERM')).toBe(0);
}

describe('a bridge that retires', () => {
  it('takes in their order all that the broker kept, ends the session, and ends', async () => {
    await leaveASession();
    await publish(0, 3000);
    const retiring = await BridgeProcess.start(stack, proxy.url, RETIRES);
    expect(await retiring.exited).toBe(0);
    expect(retiring.events('mqtt_retiring')).toMatchObject([{ sessionPresent: true }]);
    expect(retiring.events('bridge_retired')).toHaveLength(1);
    await until(() => expect(stack.written).toHaveLength(3000));
    expect(await timesInKafka()).toEqual(upTo(3000));

    await publish(3000, 10);
    const next = await BridgeProcess.start(stack, proxy.url);
    await until(() => expect(next.events('mqtt_subscribed')).toMatchObject([{ sessionPresent: false }]));
    await publish(3010, 1);
    await until(() => expect(stack.written).toHaveLength(3001));
    expect((await timesInKafka()).at(-1)).toBe(3010);
    expect(await next.end('SIGTERM')).toBe(0);
  }, 60_000);

  it('and is killed meanwhile leaves the session to the next that retires', async () => {
    await leaveASession();
    await publish(0, 3000);
    const killed = await BridgeProcess.start(stack, proxy.url, RETIRES);
    await until(() => expect(killed.events('mqtt_retiring')).toHaveLength(1));
    // From now on the broker hears of nothing that Kafka has.
    proxy.holdsBridge = true;
    await until(() => expect(stack.written.length).toBeGreaterThan(100));
    await killed.end('SIGKILL');
    proxy.holdsBridge = false;
    const next = await BridgeProcess.start(stack, proxy.url, RETIRES);
    expect(await next.exited).toBe(0);
    await vi.waitFor(async () => expect(new Set(await timesInKafka()).size).toBe(3000), { timeout: 30_000 });
    const firsts = [...new Set(await timesInKafka())];
    expect(firsts).toEqual(upTo(3000));
    expect(pubackIds(proxy.taps.at(-1)?.fromBridge ?? []).length).toBeGreaterThan(1000);
  }, 60_000);

  it('ends at once where the broker keeps nothing', async () => {
    const retiring = await BridgeProcess.start(stack, proxy.url, RETIRES);
    expect(await retiring.exited).toBe(0);
    expect(retiring.events('mqtt_retiring')).toMatchObject([{ sessionPresent: false }]);
  }, 30_000);
});
