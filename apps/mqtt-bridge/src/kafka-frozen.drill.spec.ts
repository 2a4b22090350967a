import { setTimeout as pause } from 'node:timers/promises';
import { eventually, freeze } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { expectAllInOrder, Load } from './load.fixture.js';
import { BridgeProcess, RECEIVE_MAXIMUM } from './running-bridge.fixture.js';
import { TestStack } from './test-stack.fixture.js';

const MIB = 1024 * 1024;
/** What a full window and its copies may take beside what the bridge needs anyway. */
const MOST_GROWTH_BYTES = 150 * MIB;
const FROZEN_MS = 60_000;
const PER_SECOND = 1000;

it('B1: Kafka frozen for 60 s under load: the window fills, memory stays bounded, and nothing is lost', async () => {
  const stack = await TestStack.open(process.env);
  onTestFinished(() => stack.dispose(), 60_000);
  const bridge = await BridgeProcess.start(stack, stack.mqttUrl);
  await eventually('the bridge at work', () => bridge.events('mqtt_subscribed').length > 0);
  const load = new Load(stack, await stack.connectVehicles(), PER_SECOND);
  load.start();
  await eventually('a steady stream', () => stack.written.length > 2 * PER_SECOND, { withinMs: 60_000 });
  const before = bridge.rssBytes;

  const thaw = freeze('kafka');
  const rss: number[] = [];
  let most = 0;
  try {
    const until = performance.now() + FROZEN_MS;
    while (performance.now() < until) {
      await pause(250);
      rss.push(bridge.rssBytes);
      most = Math.max(most, await bridge.metric('navora_bridge_lane_records'));
    }
  } finally {
    thaw();
  }
  const figures = `${Math.round(before / MIB)} MiB before, at most ${Math.round(Math.max(...rss) / MIB)} MiB; ${most} records at most in memory`;
  process.stdout.write(`Kafka frozen for ${FROZEN_MS / 1000} s: ${figures}\n`);
  expect(Math.max(...rss) - before, `I10: ${figures}`).toBeLessThan(MOST_GROWTH_BYTES);
  // The window was full, or nothing was held back; and twice the window is the most there may be.
  expect(most, `I10: ${figures}`).toBeGreaterThanOrEqual(RECEIVE_MAXIMUM);
  expect(most, `I10: ${figures}`).toBeLessThanOrEqual(3 * RECEIVE_MAXIMUM);

  await load.stop();
  await expectAllInOrder(stack, load);
  const sessions = bridge.events('mqtt_subscribed').map(({ sessionPresent }) => sessionPresent);
  expect(sessions.slice(1).every(Boolean), 'I1: the session survived every reconnect').toBe(true);
  expect(await bridge.end('SIGTERM')).toBe(0);
}, 400_000);
