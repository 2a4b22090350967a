import { setTimeout as pause } from 'node:timers/promises';
import type { CassandraClient } from '@navora/cassandra';
import type { Publication } from '@navora/simulator';
import { expect, it } from 'vitest';
import { ReadableSampler } from './readable-sampler.js';

const TAKES_MS = 60;

/** Readings are there so long after they were published. */
class Table {
  looks = 0;

  async execute(_query: string, key: unknown[]): Promise<{ rowLength: number }> {
    this.looks++;
    return { rowLength: Date.now() - Number(key[3]) >= TAKES_MS ? 1 : 0 };
  }
}

async function sampled(sampler: ReadableSampler, readings: number): Promise<void> {
  for (let reading = 0; reading < readings; reading++) {
    const now = Date.now();
    const publication = {
      vehicleId: 'v',
      recordedAt: now,
      messageId: `m${reading}`,
      publishedAt: now,
      live: true,
    };
    sampler.offer(publication as unknown as Publication);
    await pause(2 * TAKES_MS);
  }
}

it('finds out how long a reading takes, and soon does so with a few looks', async () => {
  const table = new Table();
  const layout = { shardCount: 16, bucketMs: 3_600_000 };
  const sampler = new ReadableSampler(table as unknown as CassandraClient, 'navora', layout, 1);
  await sampled(sampler, 1);
  const atFirst = table.looks;
  await sampled(sampler, 5);
  const { p50 = 0 } = sampler.quantiles() ?? {};
  expect(p50).toBeGreaterThanOrEqual(TAKES_MS);
  expect(p50).toBeLessThan(1.8 * TAKES_MS);
  expect((table.looks - atFirst) / 5).toBeLessThan(atFirst / 2);
});
