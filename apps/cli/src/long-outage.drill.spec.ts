import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '@navora/drill';
import { componentProcess, takeAway, untilHealthy } from '@navora/local-stack';
import { realServices } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { UnderOutage } from './long-outage.fixture.js';

const OUTAGE_MS = Number(process.env['NAVORA_TEST_OUTAGE_MS'] ?? 120_000);
/** One fetch, the unresolved records, and a heap that has no reason to be collected. */
const MAY_GROW_MB = 150;

type Heal = () => Promise<void>;

function ownStack(): string {
  const { stack } = realServices();
  if (!stack) throw new Error('this test takes parts of the stack away: it needs a local stack');
  return stack;
}

async function begin(ratePerSecond: number, seed: number): Promise<UnderOutage> {
  const under = await UnderOutage.begin(ratePerSecond, seed);
  onTestFinished(() => under.end(), 60_000);
  return under;
}

const cassandraFrozen = async (): Promise<Heal> => {
  const { pid } = componentProcess(ownStack(), 'cassandra');
  process.kill(pid, 'SIGSTOP');
  return async () => {
    process.kill(pid, 'SIGCONT');
    await untilHealthy(ownStack());
  };
};

/** Heals what was broken also when something else fails in between. */
async function during<T>(outage: Promise<Heal>, work: () => Promise<T>): Promise<T> {
  const heal = await outage;
  try {
    return await work();
  } finally {
    await heal();
  }
}

it.each([
  ['frozen', cassandraFrozen],
  ['killed with -9 and kept away', () => takeAway(ownStack(), 'cassandra')],
] as const)(
  'P12: Cassandra %s for two minutes at 1,000 msg/s: nothing committed, memory bounded, lag gone faster than it came',
  async (how, breakIt) => {
    const under = await begin(1000, 12);
    const brokenAt = Date.now();
    const seen = await during(breakIt(), async () => {
      await pause(5000); // commits of what was resolved before
      const committed = await under.committed();
      const lasting = await under.lasting(OUTAGE_MS - 5000);
      return { ...lasting, committed: (await under.committed()) - committed };
    });
    // One that was killed has its commit log to read, and the lag grows meanwhile.
    const healedAt = Date.now();
    const awayMs = healedAt - brokenAt;
    const behind = await under.lag();
    await under.untilCaughtUp(3 * OUTAGE_MS);
    const recoveredMs = Date.now() - healedAt;
    console.log(
      `Cassandra ${how} for ${(awayMs / 1000).toFixed(1)} s: ${behind} behind, recovered in ${(recoveredMs / 1000).toFixed(1)} s; memory grown by ${seen.grownMb} MB`,
    );

    expect(seen.committed, 'I5: committed while nothing could be stored').toBe(0);
    expect(Math.max(...seen.grownMb), 'I10: memory grew meanwhile').toBeLessThan(MAY_GROW_MB);
    expect(recoveredMs, 'I9: the lag went slower than it came').toBeLessThan(awayMs);
    expect([...seen.health.unready], 'I13').toEqual(expect.arrayContaining(['processor', 'alerts']));
    expect([...seen.health.silent], 'I13').toEqual([]);
    expect(await under.verdict()).toMatch(/\nheld$/);
    expect(under.running.endings).toEqual([]);
  },
  900_000,
);

it('P5: all Kafka brokers away for two and a half minutes under load: the same processes go on by themselves, and the lag goes', async () => {
  const outageMs = 1.25 * OUTAGE_MS;
  const under = await begin(300, 5);
  const pids = SERVICES.map((service) => under.running.services.pidOf(service));
  const seen = await during(takeAway(ownStack(), 'kafka'), () => under.lasting(outageMs));
  const healedAt = Date.now();
  // What vehicles sent meanwhile waits in the MQTT broker, and comes into Kafka only now.
  await under.untilThrough(3 * outageMs);
  const recoveredMs = Date.now() - healedAt;
  console.log(
    `Kafka away for ${outageMs / 1000} s: recovered in ${(recoveredMs / 1000).toFixed(1)} s; memory grown by ${seen.grownMb} MB`,
  );

  expect(recoveredMs, 'I9: the lag went slower than it came').toBeLessThan(outageMs);
  expect(Math.max(...seen.grownMb), 'I10: memory grew meanwhile').toBeLessThan(MAY_GROW_MB);
  expect([...seen.health.unready].sort(), 'I13').toEqual([...SERVICES].sort());
  expect([...seen.health.silent], 'I13').toEqual([]);
  expect(await under.verdict()).toMatch(/\nheld$/);
  expect(under.running.endings, 'none was restarted').toEqual([]);
  expect(SERVICES.map((service) => under.running.services.pidOf(service))).toEqual(pids);
}, 900_000);
