import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { ThoseToTell } from './testing/those-to-tell.js';
import { WholeFleet } from './testing/whole-fleet.js';

const RATE = Number(process.env['NAVORA_TEST_RATE'] ?? 5000);
const SECONDS = Number(process.env['NAVORA_TEST_SECONDS'] ?? 150);
const IN_A_ROW = Number(process.env['NAVORA_TEST_BREACHES_IN_A_ROW'] ?? 10);
const TICK_MS = 20;
/** A request of these is well below what Kafka takes. */
const MOST_AT_ONCE = 500;
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
    NAVORA_COMMIT_INTERVAL_MS: '1000', // as it is by default
  });
  await service.untilItSays('group_joined');

  const lags: number[] = [];
  const sending: Promise<void>[] = [];
  const startedAt = Date.now();
  let measuredFrom = 0;
  let sent = 0;
  for (let elapsed = 0; elapsed < SECONDS * 1000; elapsed = Date.now() - startedAt) {
    if (measuredFrom === 0 && elapsed > WARM_UP_SECONDS * 1000) measuredFrom = Date.now();
    const due = Math.min(MOST_AT_ONCE, Math.floor((elapsed * RATE) / 1000) - sent);
    if (due > 0) sending.push(sender.send(fleet.signals(due)));
    sent += due;
    if (elapsed / 1000 > lags.length) lags.push(await rig.topic.uncommitted(group));
    await pause(TICK_MS);
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
    .filter(({ madeAt }) => madeAt >= measuredFrom)
    .map(({ tookMs }) => tookMs)
    .sort((one, other) => one - other);
  const quantile = (share: number) => late[Math.floor(late.length * share)] ?? Infinity;
  const rate = sent / ((endedAt - startedAt) / 1000);
  process.stdout.write(
    `${sent} signals at ${rate.toFixed(0)}/s, ${opened.length} alerts opened, ${posts.length} notifications; ` +
      `reading to notification: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms; ` +
      `behind: ${Math.max(...lags.slice(WARM_UP_SECONDS))} at most, ${drainedMs} ms at the end\n`,
  );
  expect(opened.length).toBe(fleet.openedBy(sent));
  expect(rate, 'sent as fast as it should').toBeGreaterThan(0.95 * RATE);
  expect(Math.max(...lags.slice(WARM_UP_SECONDS)), 'signals behind').toBeLessThan(2 * RATE);
  expect(quantile(0.99), 'ms from reading to notification').toBeLessThan(1000);
}, 600_000);

interface Post {
  type: string;
  /** When it happened, by the vehicle's clock. */
  timestamp: string;
}
