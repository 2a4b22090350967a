import { eventually } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { justNow, manySignals, seeded } from './testing/many-signals.js';
import { ThoseToTell } from './testing/those-to-tell.js';
import { noticesOf } from './testing/undisturbed.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let rig: AlertsRig;
let told: ThoseToTell;
beforeEach(async () => {
  rig = await AlertsRig.create(process.env);
}, 60_000);
afterEach(async () => {
  await told.gone();
  await rig.drop();
}, 60_000);

const start = (group: string) => rig.start(group, { NAVORA_NOTIFICATIONS_FILE: told.file });

it(`A4: a mail server that is away delays nothing else, and is told everything once when it is back (seed ${SEED})`, async () => {
  told = await ThoseToTell.listening();
  const signals = justNow(manySignals(600, 20, seeded(SEED)));
  const [mails, posts, chats] = ['mail', 'office', 'operations'].map((one) => told.expectedOn(one, signals));
  expect(mails?.length).toBeGreaterThan(20);
  await told.mail.stop();
  await rig.topic.send(signals);

  const [group, another] = rig.groups;
  const service = await start(group);
  await rig.untilAllIsCommitted(group);
  await eventually('the webhook told', () => told.posted.length >= (posts?.length ?? 0), {
    withinMs: 60_000,
  });
  await eventually('the chat told', () => told.chat.requests.length >= (chats?.length ?? 0));
  await rig.expectAlertsOf(signals);
  expect(await service.isReady(), 'ready without a mail server').toBe(true);
  expect(told.mailed).toEqual([]);

  await told.mail.restart();
  await eventually('the mails', () => told.mailed.length >= (mails?.length ?? 0), { withinMs: 90_000 });
  expect(await service.end('SIGTERM'), service.said.slice(-2000)).toBe(0);

  // Another group meets the same signals for the first time: everybody knows already.
  const replayer = await start(another);
  await rig.untilAllIsCommitted(another);
  expect(await replayer.end('SIGTERM')).toBe(0);
  expect([...told.mailed].sort()).toEqual(mails);
  expect([...told.posted].sort()).toEqual(posts);
  expect(told.chat.requests).toHaveLength(chats?.length ?? 0);
}, 240_000);

it(`A4: a sensor that flaps sends one mail in a window, and afterwards its last word (seed ${SEED})`, async () => {
  told = await ThoseToTell.listening('10s');
  const one = manySignals(8000, 40, seeded(SEED + 2)).filter(({ vehicleId }) => vehicleId === 't-7');
  // As if all of it had been measured in the last few seconds.
  const flapping = one.map((signal, index) => {
    const receivedAt = Date.now() - (one.length - index) * 20;
    return { ...signal, recordedAt: receivedAt - 100, receivedAt };
  });
  const atOnce = told.notifications.routes.map((route) => ({ ...route, atMostEveryMs: 0 }));
  const unbounded = noticesOf(flapping, { ...told.notifications, routes: atOnce });
  expect(unbounded.filter(({ channel }) => channel === 'mail').length).toBeGreaterThan(10);

  await rig.topic.send(flapping);
  const [group] = rig.groups;
  const service = await start(group);
  await rig.untilAllIsCommitted(group);
  await eventually('the last words', async () => (await rig.pendingNotifications()) === 0, {
    withinMs: 60_000,
  });
  expect(await service.end('SIGTERM'), service.said.slice(-2000)).toBe(0);
  const rulesTold = new Set(unbounded.map(({ alert }) => alert.rule));
  expect(told.mailed.length).toBeGreaterThan(0);
  expect(told.mailed.length).toBeLessThanOrEqual(2 * rulesTold.size);
  expect(new Set(told.mailed).size).toBe(told.mailed.length);
}, 180_000);
