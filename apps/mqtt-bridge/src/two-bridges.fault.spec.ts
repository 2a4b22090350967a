import { eventually } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectAllInOrder, expectOrder, arrivedOf, Load } from './load.fixture.js';
import { aBridge, BridgeProcess } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

let stack: TestStack;

beforeEach(async () => {
  stack = await TestStack.open(process.env);
}, 60_000);
afterEach(() => stack?.dispose(), 30_000);

it('B7: two bridges with one client id say so, stay away longer and longer, and lose nothing', async () => {
  const bridges = [await aBridge(stack), await aBridge(stack)];
  const load = new Load(stack, await stack.connectVehicles(), 100);
  load.start();
  const alarms = () =>
    bridges.flatMap(({ logged }) =>
      logged.filter(({ event }) => event === 'mqtt_two_clients_share_our_client_id'),
    );
  await eventually('an alarm', () => alarms().length > 0, { withinMs: 60_000 });
  expect(alarms()[0]).toMatchObject({ level: 'error', clientId: stack.name });
  expect(Number(alarms()[0]?.['pauseMs'])).toBeGreaterThanOrEqual(1000);
  const takeOvers = bridges.flatMap(({ logged }) =>
    logged.filter(({ event }) => String(event).startsWith('mqtt_t')),
  );
  expect(takeOvers.length, 'no more than a few take-overs until the alarm').toBeLessThan(8);
  await bridges[1]?.bridge.stop(5000);
  await load.stop();
  await expectAllInOrder(stack, load);
}, 120_000);

it('B14: bridges on disjoint topics keep the order of every vehicle, and each message goes through one', async () => {
  const fleets = ['east', 'west'];
  const patternOf = (fleet: string) => `${stack.name}/${fleet}/{vehicleId}`;
  const bridges = await Promise.all(
    fleets.map((fleet) =>
      BridgeProcess.start(stack, stack.mqttUrl, {
        settings: { NAVORA_MQTT_TOPIC: patternOf(fleet), NAVORA_MQTT_CLIENT_ID: `${stack.name}-${fleet}` },
      }),
    ),
  );
  for (const bridge of bridges)
    await eventually('a subscription', () => bridge.events('mqtt_subscribed').length > 0, {
      withinMs: 60_000,
    });
  const vehicles = await stack.connectVehicles();
  const sent = Array.from({ length: 2000 }, (_, i) => {
    const fleet = fleets[i % 2] as string;
    const topic = patternOf(fleet).replace('{vehicleId}', `${fleet}-${i % 10}`);
    return vehicles.publishAsync(topic, `{"recordedAt":${1_763_800_000_000 + i}}`, { qos: 1 });
  });
  await Promise.all(sent);
  await eventually('all in Kafka', () => stack.written.length >= sent.length);
  expectOrder(await arrivedOf(stack));
  expect(stack.written.length, 'each message once').toBe(sent.length);
  for (const bridge of bridges) {
    expect(await bridge.metric('navora_bridge_received_messages_total')).toBe(sent.length / 2);
    expect(await bridge.end('SIGTERM')).toBe(0);
  }
}, 120_000);
