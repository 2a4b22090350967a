import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@navora/testing';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { ThoseToTell } from './testing/those-to-tell.js';
import { WholeFleet } from './testing/whole-fleet.js';

const RATE = Number(process.env['NAVORA_TEST_RATE'] ?? 5000);
const SECONDS = Number(process.env['NAVORA_TEST_SECONDS'] ?? 150);
const IN_A_ROW = Number(process.env['NAVORA_TEST_BREACHES_IN_A_ROW'] ?? 10);
const TICK_MS = 50;
const PER_TICK = (RATE * TICK_MS) / 1000;
/**
 * At least. Signals are made before the first is sent, with the time they are going to be sent at: what that costs
 * would be taken from the service that is measured.
 */
const MADE_PER_SECOND = 8000;
/** Programs are compiled, and 10,000 vehicles met for the first time: what piled up meanwhile must be worked off. */
const WARM_UP_SECONDS = Number(process.env['NAVORA_TEST_WARM_UP_SECONDS'] ?? 60);

let rig: AlertsRig;
let told: ThoseToTell;
beforeAll(async () => {
  rig = await AlertsRig.create(process.env);
  told = await ThoseToTell.listening();
}, 60_000);
afterAll(async () => {
  await told?.gone();
  await rig?.drop();
}, 60_000);

it(`keeps up with ${RATE} readings a second of 10,000 vehicles under 20 rules, and tells within a second`, async () => {
  const fleet = new WholeFleet({ vehicles: 10_000, rules: 20, breaching: { share: 0.05, inARow: IN_A_ROW } });
  const sender = await rig.topic.sender();
  const [group] = rig.groups;
  const service = await rig.start(group, {
    NAVORA_NOTIFICATIONS_FILE: told.officeOnly,
    NAVORA_COMMIT_INTERVAL_MS: '5000', // as it is by default
  });
  await service.untilItSays('group_joined');

  const total = RATE * SECONDS;
  const startsAt = Date.now() + (total / MADE_PER_SECOND) * 1000;
  const ticks: Message[][] = [];
  for (let at = startsAt; ticks.length * PER_TICK < total; at += TICK_MS) {
    ticks.push(rig.topic.recordsOf(fleet.signals(PER_TICK, at)));
    await nextTurn();
  }
  expect(Date.now(), 'signals were made fast enough').toBeLessThan(startsAt);
  await pause(startsAt - Date.now());

  const behind: number[] = [];
  const sending: Promise<void>[] = [];
  let sent = 0;
  for (const [tick, records] of ticks.entries()) {
    const elapsed = tick * TICK_MS;
    await pause(Math.max(0, startsAt + elapsed - Date.now()));
    sending.push(sender.sendRecords(records));
    sent += records.length;
    // Not the offsets: those follow, once the marks of the vehicles are saved, every few seconds.
    if (elapsed / 1000 > behind.length)
      behind.push(sent - (await service.metric('navora_alerts_signals_total')));
  }
  await Promise.all(sending);
  await sender.end();
  const endedAt = Date.now();
  await rig.untilAllIsCommitted(group);
  const drainedMs = Date.now() - endedAt;
  await eventually('everybody told', async () => (await rig.pendingNotifications()) === 0, {
    withinMs: 60_000,
  });
  expect(await service.end('SIGTERM'), service.said.slice(-2000)).toBe(0);

  const posts = told.webhook.requests.map(({ body, at }) => ({ ...(JSON.parse(body) as Post), at }));
  const opened = posts.filter(({ type }) => type === 'alert.opened');
  const late = posts
    .map(({ timestamp, at }) => ({ madeAt: Date.parse(timestamp), tookMs: at - Date.parse(timestamp) }))
    .filter(({ madeAt }) => madeAt >= startsAt + WARM_UP_SECONDS * 1000)
    .map(({ tookMs }) => tookMs)
    .sort((one, other) => one - other);
  const quantile = (share: number) => late[Math.floor(late.length * share)] ?? Infinity;
  const rate = sent / ((endedAt - startsAt) / 1000);
  process.stdout.write(
    `${sent} signals at ${rate.toFixed(0)}/s, ${opened.length} alerts opened, ${posts.length} notifications; ` +
      `reading to notification: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms; ` +
      `behind: ${Math.max(...behind.slice(WARM_UP_SECONDS))} at most, ${drainedMs} ms at the end\n`,
  );
  expect(opened.length).toBe(fleet.openedBy(sent));
  expect(rate, 'sent as fast as it should').toBeGreaterThan(0.95 * RATE);
  expect(Math.max(...behind.slice(WARM_UP_SECONDS)), 'signals behind').toBeLessThan(2 * RATE);
  expect(quantile(0.99), 'ms from reading to notification').toBeLessThan(1000);
}, 600_000);

interface Post {
  type: string;
  /** When it happened, by the vehicle's clock. */
  timestamp: string;
}
