import { SERVICES } from '@navora/drill';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { componentProcess } from '@navora/local-stack';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runServices, type RunningServices } from './services.fixture.js';
import { Observer, verdictOn } from './under-load.fixture.js';

const OUTAGE_MS = Number(process.env['NAVORA_TEST_OUTAGE_MS'] ?? 120_000);
const RATE = 1000;
/** What a consumer lags behind when all is well: a fetch, a batch, and a commit every half second. */
const QUIET_LAG = 3 * RATE;
/** One fetch, the unresolved records, and a heap that has no reason to be collected. */
const MAY_GROW_MB = 150;

let running: RunningServices;
let observer: Observer;
let fleet: Fleet | undefined;

beforeAll(async () => {
  running = await runServices();
  observer = await Observer.connect();
});
afterAll(async () => {
  await fleet?.stop({ graceMs: 0 });
  await observer?.disconnect();
  await running?.stop();
});

it('P12: Cassandra stopped for two minutes at 1,000 msg/s: nothing committed, memory bounded, lag gone faster than it came', async () => {
  const { mqttUrl, registryUrl, stack } = realServices();
  if (!stack) throw new Error('this test stops Cassandra: it needs a local stack');
  const historyFile = join(running.folder, 'history.jsonl');
  fleet = await startFleet({
    mqttUrl,
    registryUrl,
    vehicles: 1000,
    ratePerSecond: RATE,
    seed: 12,
    historyFile,
  });
  const { stats } = { stats: () => (fleet as Fleet).stats() };
  await eventually('the fleet at work', () => stats().sent > 20 * RATE, { withinMs: 120_000 });
  await eventually('quiet', async () => (await observer.lag()) < QUIET_LAG, { withinMs: 120_000 });
  const before = memoryMb();

  const { pid } = componentProcess(stack, 'cassandra');
  process.kill(pid, 'SIGSTOP');
  const stoppedAt = Date.now();
  let most = before;
  let committedMeanwhile: number;
  try {
    await pause(5000); // commits of what was resolved before
    const committed = await observer.committed();
    while (Date.now() - stoppedAt < OUTAGE_MS) {
      await pause(1000);
      most = before.map((mb, index) => Math.max(most[index] ?? mb, memoryMb()[index] ?? 0));
    }
    committedMeanwhile = (await observer.committed()) - committed;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const healedAt = Date.now();
  const behind = await observer.lag();
  await eventually('lag gone', async () => (await observer.lag()) < QUIET_LAG, {
    withinMs: 3 * OUTAGE_MS,
    everyMs: 500,
  });
  const recoveredMs = Date.now() - healedAt;
  const grown = most.map((mb, index) => mb - (before[index] ?? 0));
  console.log(
    `outage ${OUTAGE_MS / 1000} s, ${behind} behind, recovered in ${(recoveredMs / 1000).toFixed(1)} s; memory before ${before} MB, grown by ${grown} MB`,
  );

  await fleet.stop({ graceMs: 60_000 });
  expect(committedMeanwhile, 'I5: committed while nothing could be stored').toBe(0);
  for (const mb of grown)
    expect(mb, 'I10: memory grew while Cassandra was stopped').toBeLessThan(MAY_GROW_MB);
  expect(recoveredMs, 'I9: the lag went slower than it came').toBeLessThan(OUTAGE_MS);
  expect(running.restarts).toEqual([]);
  expect((await verdictOn([historyFile])).text).toMatch(/\nheld$/);
}, 900_000);

/** Resident memory of each service, in MB. */
function memoryMb(): number[] {
  return SERVICES.map((service) => {
    const status = readFileSync(`/proc/${running.services.pidOf(service)}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  });
}
