import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ownName } from '@navora/testing';
import { expect } from 'vitest';
import type { CassandraClient } from './client.js';

const FLUSH_EVERY_MS = 8000;

/** As the readings' is, with a fraction of its columns. */
export class RowsTable {
  private made = 0;

  private constructor(
    private readonly client: CassandraClient,
    private readonly keyspace: string,
    private readonly partitions: number,
  ) {}

  static async create(client: CassandraClient, partitions: number): Promise<RowsTable> {
    const keyspace = ownName('writes');
    await client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await client.execute(
      `CREATE TABLE ${keyspace}.rows (shard int, vehicle_id text, recorded_at timestamp, message_id uuid, value double,
         origin text, PRIMARY KEY ((shard), vehicle_id, recorded_at, message_id))
       WITH memtable_flush_period_in_ms = ${FLUSH_EVERY_MS}`,
    );
    return new RowsTable(client, keyspace, partitions);
  }

  /** Resolves once they are on the disk. */
  async fill(rows: number): Promise<void> {
    let left = rows;
    const filling = async () => {
      for (const count = 100; left > 0;) {
        left -= count;
        await this.client.batch(this.inserts(count, ''), { prepare: true, logged: false });
      }
    };
    await Promise.all(Array.from({ length: 8 }, filling));
    await pause(FLUSH_EVERY_MS + 2000);
  }

  /** @returns ms for each batch, sorted. */
  async insertFor(ms: number, { rows, atOnce }: { rows: number; atOnce: number }): Promise<number[]> {
    const took: number[] = [];
    const until = Date.now() + ms;
    const inserting = async () => {
      while (Date.now() < until) {
        const startedAt = performance.now();
        const result = await this.client.batch(this.inserts(rows, 'IF NOT EXISTS'), { prepare: true });
        expect(result.wasApplied()).toBe(true);
        took.push(performance.now() - startedAt);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, inserting));
    return took.sort((one, other) => one - other);
  }

  async drop(): Promise<void> {
    await this.client.execute(`DROP KEYSPACE ${this.keyspace}`);
  }

  private inserts(count: number, condition: string) {
    const shard = Math.floor(Math.random() * this.partitions);
    return Array.from({ length: count }, () => {
      const at = this.made++;
      return {
        query: `INSERT INTO ${this.keyspace}.rows (shard, vehicle_id, recorded_at, message_id, value, origin)
                VALUES (?, ?, ?, ?, ?, ?) ${condition}`,
        params: [
          ...[shard, `truck-${shard}-${at % 70}`, new Date(1e12 + at * 10), randomUUID(), at],
          'telemetry.readings.v1/3/12345',
        ],
      };
    });
  }
}

/** What batches took, in words. */
export function told(tookMs: readonly number[], rows: number, overMs: number): string {
  const at = (share: number) => (tookMs[Math.floor(tookMs.length * share)] ?? NaN).toFixed(1);
  const perSecond = Math.round((tookMs.length * rows * 1000) / overMs);
  return `${perSecond} rows/s in batches of ${rows}; a batch: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
