import { eventually } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { justNow, manySignals, seeded } from './testing/many-signals.js';
import { ThoseToTell } from './testing/those-to-tell.js';

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

it(`A4: killed between a mail's acceptance and our record of it, it sends that mail again under its id, and no other (seed ${SEED})`, async () => {
  told = await ThoseToTell.listening();
  const signals = justNow(manySignals(300, 15, seeded(SEED + 1)));
  const mails = told.expectedOn('mail', signals);
  await rig.topic.send(signals);

  const [group] = rig.groups;
  const first = await start(group);
  const killed = new Promise<unknown>((resolve) => {
    told.mail.beforeAnswer = async () => {
      if (told.mail.mails.length !== 3) return;
      resolve(await first.end('SIGKILL'));
    };
  });
  expect(await killed).toBeNull();
  const second = await start(group);
  await rig.untilAllIsCommitted(group);
  const distinct = () => new Set(told.mailed);
  // What the first was sending is claimed for as long as it might still be at it.
  await eventually('the mails', () => distinct().size >= mails.length, { withinMs: 60_000 });
  await eventually('nothing left to send', async () => (await rig.pendingNotifications()) === 0, {
    withinMs: 90_000,
  });
  expect(await second.end('SIGTERM'), second.said.slice(-2000)).toBe(0);

  expect([...distinct()].sort()).toEqual(mails);
  // At most what was under way at that moment: one mail for each of the four attempts at once.
  const again = told.mailed.length - mails.length;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(4);
  const posts = told.expectedOn('office', signals);
  expect([...new Set(told.posted)].sort()).toEqual(posts);
  await rig.expectAlertsOf(signals);
}, 240_000);
