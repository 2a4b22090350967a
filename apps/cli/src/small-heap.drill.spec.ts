import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hostileMessage, SERVICES, statusOf } from '@navora/drill';
import { takeAway } from '@navora/local-stack';
import { HandVehicles, Random, startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runServices, type RunningServices } from './services.fixture.js';
import { Observer, verdictOn } from './under-load.fixture.js';

const HEAP_MB = Number(process.env['NAVORA_TEST_HEAP_MB'] ?? 96);
const RATE = 1000;
/** What a consumer lags behind when all is well: a fetch, a batch, and a commit every half second. */
const QUIET_LAG = 3 * RATE;
const DEAD_LETTERS_PER_SECOND = 20;
/** So long memory is watched before the outage, and again after it. */
const WINDOW_MS = Number(process.env['NAVORA_TEST_WINDOW_MS'] ?? 60_000);
const AWAY_MS = 15_000;
/** Beside the heap: the program, its libraries, and what is read from sockets. */
const BESIDE_HEAP_MB = 200;
/** What medians of two windows may differ by while nothing leaks. */
const LEVEL_MB = 30;

let running: RunningServices;
let observer: Observer;
let fleet: Fleet;
let odd: HandVehicles;
let sending: NodeJS.Timeout;

beforeAll(async () => {
  running = await runServices({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  observer = await Observer.connect();
});
afterAll(async () => {
  clearInterval(sending);
  await fleet?.stop({ graceMs: 0 });
  await odd?.end(0);
  await observer?.disconnect();
  await running?.stop();
});

const histories = () => ['fleet.jsonl', 'odd.jsonl'].map((name) => join(running.folder, name));

async function load(): Promise<void> {
  const { mqttUrl, registryUrl } = realServices();
  const [historyFile = '', oddHistory = ''] = histories();
  odd = await HandVehicles.create(mqttUrl, oddHistory);
  const random = new Random(6, 'hostile messages');
  sending = setInterval(() => odd.send(hostileMessage(random)), 1000 / DEAD_LETTERS_PER_SECOND);
  const imperfections = { incidents: 5 };
  const whole = { vehicles: 1000, ratePerSecond: RATE, seed: 6, imperfections, historyFile };
  fleet = await startFleet({ mqttUrl, registryUrl, ...whole });
}

const quiet = () =>
  eventually('I9: the lag gone', async () => (await observer.lag()) < QUIET_LAG, {
    withinMs: 120_000,
    everyMs: 500,
  });

/** Resident MB of each service, second by second. */
class Memory {
  readonly peaks = SERVICES.map(() => 0);

  async during(ms: number): Promise<number[]> {
    const seen: number[][] = [];
    for (const until = Date.now() + ms; Date.now() < until; await pause(1000)) seen.push(this.look());
    return SERVICES.map((_, index) => median(seen.map((at) => at[index] ?? 0)));
  }

  look(): number[] {
    const now = SERVICES.map((service) => statusOf(running.services.pidOf(service) ?? 0).rssMiB);
    now.forEach((mb, index) => (this.peaks[index] = Math.max(mb, this.peaks[index] ?? 0)));
    return now;
  }
}

it(`W6: minutes at a heap of ${HEAP_MB} MB each and 1,000 msg/s, with alerts, dead letters and an outage of Cassandra: memory is level, nobody crashes`, async () => {
  const { stack } = realServices();
  if (!stack) throw new Error('this test kills Cassandra: it needs a local stack');
  await load();
  await eventually('the fleet at work', () => fleet.stats().sent > 20 * RATE, { withinMs: 120_000 });
  await quiet();
  const memory = new Memory();
  const before = await memory.during(WINDOW_MS);

  const goneAt = Date.now();
  const bringBack = await takeAway(stack, 'cassandra');
  await memory.during(AWAY_MS);
  await bringBack();
  const outageMs = Date.now() - goneAt;
  memory.look();
  await quiet();
  const after = await memory.during(WINDOW_MS);
  clearInterval(sending);
  await Promise.all([fleet.stop({ graceMs: 60_000 }), odd.end(60_000)]);
  const { report, text } = await verdictOn(histories());
  console.log(
    `heap ${HEAP_MB} MB; Cassandra away for ${(outageMs / 1000).toFixed(0)} s; resident MB of ${SERVICES.join(', ')}: ` +
      `${before} before, ${after} after, ${memory.peaks} at most; ${JSON.stringify(report.totals)}`,
  );

  expect(running.endings, 'nobody crashes').toEqual([]);
  for (const [index, service] of SERVICES.entries()) {
    expect(memory.peaks[index], `I10: ${service}, resident MB`).toBeLessThan(HEAP_MB + BESIDE_HEAP_MB);
    expect(after[index], `I10: ${service} is level`).toBeLessThan((before[index] ?? 0) + LEVEL_MB);
  }
  expect(text).toMatch(/\nheld$/);
  expect(report.totals.alerts).toBeGreaterThan(0);
  expect(report.totals.deadLetters).toBeGreaterThan((DEAD_LETTERS_PER_SECOND * WINDOW_MS) / 1000);
}, 600_000);

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
