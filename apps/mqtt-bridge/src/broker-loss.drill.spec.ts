import { setTimeout as pause } from 'node:timers/promises';
import { eventually, OwnBroker } from '@navora/testing';
import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { arrivedOf, Load } from './load.fixture.js';
import { BridgeProcess } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const PER_SECOND = 1000;
const LOAD_MS = 5000;

const cases = [
  { persistence: true, bridge: 'at work' },
  { persistence: true, bridge: 'away' },
  { persistence: false, bridge: 'at work' },
  { persistence: false, bridge: 'away' },
] as const;

it.each(cases)(
  'B6: the broker killed with -9 at 1,000 messages a second, persistence $persistence, the bridge $bridge',
  async ({ persistence, bridge: where }) => {
    const broker = await OwnBroker.start({ persistence });
    onTestFinished(() => broker.dispose());
    const stack = await TestStack.open({ ...process.env, NAVORA_MQTT_URL: broker.url });
    onTestFinished(() => stack.dispose(), 60_000);
    const bridge = await BridgeProcess.start(stack, broker.url);
    await eventually('the bridge at work', () => bridge.events('mqtt_subscribed').length > 0, {
      withinMs: 60_000,
    });
    if (where === 'away') expect(await bridge.end('SIGTERM')).toBe(0);

    const vehicles = await connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 });
    vehicles.on('error', () => undefined);
    const load = new Load(stack, vehicles, PER_SECOND);
    load.start();
    await pause(LOAD_MS);
    await eventually('some acknowledgements', () => load.acknowledged.size > PER_SECOND);
    await broker.end('SIGKILL');
    load.halt();
    const promised = load.acknowledged.size;
    await broker.run();

    const after = where === 'away' ? await BridgeProcess.start(stack, broker.url) : bridge;
    const subscribed = where === 'away' ? 1 : 2;
    await eventually('the bridge back', () => after.events('mqtt_subscribed').length >= subscribed, {
      withinMs: 60_000,
    });
    // Behind everything the broker still had for the bridge.
    const last = await connectAsync(broker.url, { protocolVersion: 5 });
    await last.publishAsync(stack.mqttTopicOf('last'), '{"recordedAt":1763800000000}', { qos: 1 });
    await last.endAsync();
    await eventually('the last reading in Kafka', () => stack.written.some(({ key }) => key === 'last'), {
      withinMs: 60_000,
    });
    await eventually(
      'nothing under way',
      async () => (await after.metric('navora_bridge_lane_records')) === 0,
    );

    const arrived = await arrivedOf(stack);
    arrived.delete('last');
    const numbers = new Set([...arrived.values()].flat());
    const lost = [...load.acknowledged].filter((number) => !numbers.has(number)).length;
    const bridgeAcknowledged = await after.metric('navora_bridge_acknowledged_messages_total');
    process.stdout.write(
      `mosquitto killed, persistence ${persistence ? 'on' : 'off'}, bridge ${where}: ` +
        `acknowledged to vehicles ${promised}, lost of them ${lost}; acknowledged by the bridge ${bridgeAcknowledged}, in Kafka ${stack.written.length}\n`,
    );
    // What the broker promises is its own; what the bridge acknowledged is in Kafka.
    expect(stack.written.length, 'I1').toBeGreaterThanOrEqual(bridgeAcknowledged);
    expect(await after.end('SIGTERM')).toBe(0);
  },
  300_000,
);
