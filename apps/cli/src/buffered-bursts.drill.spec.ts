import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CALM, startFleet, type Fleet, type FleetOptions } from '@navora/simulator';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ONE_COPY, OwnStack } from './own-stack.fixture.js';
import { ReadableSampler } from './readable-sampler.js';
import { navoraOn, runServices, type RunningServices } from './services.fixture.js';
import { layoutOf } from './stored-readings.js';
import { Observer, verdictOn } from './under-load.fixture.js';

/** Nearly each is a conditional write of its own: three times as many leave two processors nothing for a burst. */
const LIVE_RATE = Number(process.env['NAVORA_TEST_LIVE_RATE'] ?? 100);
/** More than is carried, and not so much that sending it is all the machine does. */
const OVERLOAD = Number(process.env['NAVORA_TEST_OVERLOAD'] ?? 5000);
const OFFERED = Number(process.env['NAVORA_TEST_BURST_RATE'] ?? 0);
const EVERY_MS = Number(process.env['NAVORA_TEST_BURST_EVERY_MS'] ?? 60_000);
const QUIET_MS = 30_000;
/** Until Cassandra has flushed and compacted some: the first times take it several times as long. */
const WARM_UP_MS = 90_000;

let stack: OwnStack;
let running: RunningServices;
let observer: Observer;
const fleets: Fleet[] = [];

beforeAll(async () => {
  // As a system is that has run for days: its first minutes are not what is measured here.
  const started = await OwnStack.start('buffered-bursts', { tuning: { optimising: true } });
  if (typeof started === 'string') throw new Error(started);
  stack = started;
  running = await runServices(ONE_COPY, stack.services);
  observer = await Observer.connect(stack.services);
});
afterAll(async () => {
  for (const fleet of fleets) await fleet.stop({ graceMs: 0 });
  await observer?.disconnect();
  await running?.stop();
  await stack?.dispose();
});

async function fleetOf(options: Partial<FleetOptions>): Promise<Fleet> {
  const { mqttUrl, registryUrl } = stack.services;
  const historyFile = join(running.folder, `history-${fleets.length}.jsonl`);
  const fleet = await startFleet({ mqttUrl, registryUrl, imperfections: CALM, historyFile, ...options });
  fleets.push(fleet);
  return fleet;
}

const comingBack = (ratePerSecond: number, hours: number, seed: number) =>
  fleetOf({
    prefix: `back-${seed}`,
    vehicles: 200,
    ratePerSecond,
    seed,
    buffered: { forMs: hours * 3_600_000, everyMs: EVERY_MS },
  });

it('P27: 200 vehicles come back with 48 hours each: stored in order, and live vehicles hardly notice', async () => {
  const capacity = await measuredCapacity();
  const live = await fleetOf({ prefix: 'live', vehicles: LIVE_RATE, ratePerSecond: LIVE_RATE, seed: 1 });
  const sampler = new ReadableSampler(
    observer.cassandra,
    'navora',
    await layoutOf(observer.cassandra, 'navora'),
    80,
    // All of the burst counts, not its end only.
    Infinity,
  );
  live.onPublish((publication) => sampler.offer(publication));
  await eventually('quiet', async () => live.stats().sent > 20 * LIVE_RATE && (await observer.lag()) < 1000, {
    withinMs: 120_000,
  });
  sampler.clear();
  await pause(QUIET_MS);
  const quiet = sampler.quantiles();
  sampler.clear();

  const burstHistory = join(running.folder, 'history-of-the-burst.jsonl');
  const offered = await sentByItself(OFFERED || capacity / 2, burstHistory);
  const busy = sampler.quantiles();
  await live.stop({ graceMs: 60_000 });
  console.log(
    `capacity ${Math.round(capacity)}/s, ${offered} offered at half of it; live: quiet ${JSON.stringify(quiet)} ms, meanwhile ${JSON.stringify(busy)} ms`,
  );

  const histories = [join(running.folder, 'history-1.jsonl'), burstHistory];
  const { report, text } = await verdictOn(histories, 90, stack.services);
  expect(text, 'I1 I3 I4 I7').toMatch(/\nheld$/);
  expect(report.totals.acknowledged).toBeGreaterThan(offered);
  expect(busy?.p99, 'p99 of live vehicles, publish to readable').toBeLessThan(
    Math.max(2 * (quiet?.p99 ?? 0), 100),
  );
}, 1_800_000);

/**
 * The vehicles that come back, in a process of their own: what they do would hold up the clock of this one.
 *
 * @returns how many readings they sent, all of which were acknowledged
 */
async function sentByItself(ratePerSecond: number, historyFile: string): Promise<number> {
  const { code, stdout, stderr } = await navoraOn(
    stack.services,
    ...['simulate', '--calm', '--prefix', 'back', '--vehicles', '200', '--seed', '3', '--json'],
    ...[
      '--buffered',
      '48h',
      '--buffered-every',
      `${EVERY_MS / 1000}s`,
      '--rate',
      String(Math.round(ratePerSecond)),
    ],
    ...['--history', historyFile, '--grace', '60s'],
  );
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { sent: number }).sent;
}

/**
 * Readings a second that the whole way carries of such vehicles while more are offered: sending and receiving them
 * is part of the way.
 */
async function measuredCapacity(): Promise<number> {
  const flood = await comingBack(OVERLOAD, 48, 2);
  await pause(WARM_UP_MS);
  const [before, startedAt] = [await observer.committed(), Date.now()];
  await pause(30_000);
  const perSecond = ((await observer.committed()) - before) / ((Date.now() - startedAt) / 1000);
  await flood.stop({ graceMs: 60_000 });
  await eventually('the flood processed', async () => (await observer.lag()) < 1000, { withinMs: 300_000 });
  return perSecond;
}
