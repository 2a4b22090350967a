import { setTimeout as pause } from 'node:timers/promises';
import { FaultyLink } from '@navora/faults';
import { CALM, startFleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';

const VEHICLES = 500;
const AWAY_MS = 8000;
const WINDOW_MS = 200;

it('B8: 500 vehicles that lose their broker come back spread out, and ever more seldom while it is away', async () => {
  const { hostname, port } = new URL(realServices().mqttUrl);
  const link = await FaultyLink.to(hostname, Number(port));
  onTestFinished(() => link.close());
  const fleet = await startFleet({
    mqttUrl: `mqtt://127.0.0.1:${link.port}`,
    vehicles: VEHICLES,
    ratePerSecond: VEHICLES,
    jsonShare: 1,
    imperfections: CALM, // nobody drops out on its own
    // Their own restraint is the question, not the pace at which a simulated fleet is let in.
    connectsPerSecond: 10_000,
  });
  onTestFinished(async () => void (await fleet.stop({ graceMs: 0 })));
  await eventually('a reading of each', () => fleet.stats().acknowledged > 2 * VEHICLES, {
    withinMs: 30_000,
  });

  const before = link.connections;
  link.refuse();
  const begun = performance.now();
  const windows: { attempts: number; ms: number }[] = [];
  let [seen, since] = [before, begun];
  while (since - begun < AWAY_MS) {
    await pause(WINDOW_MS);
    const now = performance.now(); // a busy machine makes a window longer, and more attempts fall into it
    windows.push({ attempts: link.connections - seen, ms: now - since });
    [seen, since] = [link.connections, now];
  }
  const shown = `attempts in windows of ${WINDOW_MS} ms: ${windows.map(({ attempts }) => attempts).join(' ')}`;
  process.stdout.write(`${shown}\n`);
  // Up to 2 s, then up to 4, 8 and 16: about three attempts each in 8 s, not thirty.
  expect(seen - before, shown).toBeLessThanOrEqual(5 * VEHICLES);
  expect(seen - before, shown).toBeGreaterThanOrEqual(2 * VEHICLES);
  // The busiest second is that around the end of the first two, with 375 first and second attempts.
  const perSecond = Math.round(1000 / WINDOW_MS);
  for (let at = 0; at + perSecond <= windows.length; at++) {
    const second = windows.slice(at, at + perSecond);
    const sum = (of: (window: (typeof windows)[number]) => number) => second.reduce((s, w) => s + of(w), 0);
    const rate = sum(({ attempts }) => attempts) / Math.max(1, sum(({ ms }) => ms) / 1000);
    expect(rate, `attempts a second; ${shown}`).toBeLessThan(VEHICLES);
  }

  link.heal();
  await eventually('all of them back', () => fleet.stats().connected === VEHICLES, { withinMs: 60_000 });
}, 120_000);
