import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@navora/runtime';
import { ownName, realServices } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createCassandra, type CassandraClient } from './client.js';

const PARTITIONS = 64;
const ROWS_BEFORE = 400_000;
const FLUSH_EVERY_MS = 8000;
const AT_ONCE = 16;
const WARM_UP_MS = 8000;
const MEASURED_MS = 10_000;

it('measures conditional batches into partitions that have rows on the disk', async () => {
  const client = createCassandra(realServices(), createLogger('test', 'silent'));
  onTestFinished(() => client.shutdown());
  await client.connect();
  const table = await Table.create(client);
  onTestFinished(() => table.drop());
  await table.fill(ROWS_BEFORE);
  await pause(FLUSH_EVERY_MS + 2000);

  await table.insertFor(WARM_UP_MS, 20);
  for (const rows of [20, 1]) {
    const took = await table.insertFor(MEASURED_MS, rows);
    const at = (share: number) => (took[Math.floor(took.length * share)] ?? NaN).toFixed(0);
    const perSecond = Math.round((took.length * rows * 1000) / MEASURED_MS);
    process.stdout.write(
      `${perSecond} rows/s in batches of ${rows}, ${AT_ONCE} at once; a batch: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`,
    );
    expect(took.length).toBeGreaterThan(0);
  }
}, 300_000);

/** As the readings' is, with a fraction of its columns. */
class Table {
  private made = 0;

  private constructor(
    private readonly client: CassandraClient,
    private readonly keyspace: string,
  ) {}

  static async create(client: CassandraClient): Promise<Table> {
    const keyspace = ownName('writes');
    await client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await client.execute(
      `CREATE TABLE ${keyspace}.rows (shard int, vehicle_id text, recorded_at timestamp, message_id uuid, value double,
         origin text, PRIMARY KEY ((shard), vehicle_id, recorded_at, message_id))
       WITH memtable_flush_period_in_ms = ${FLUSH_EVERY_MS}`,
    );
    return new Table(client, keyspace);
  }

  async fill(rows: number): Promise<void> {
    let left = rows;
    const filling = async () => {
      for (const count = 100; left > 0;) {
        left -= count;
        await this.client.batch(this.inserts(count, ''), { prepare: true, logged: false });
      }
    };
    await Promise.all(Array.from({ length: 8 }, filling));
  }

  /** @returns ms for each batch, sorted. */
  async insertFor(ms: number, rows: number): Promise<number[]> {
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
    await Promise.all(Array.from({ length: AT_ONCE }, inserting));
    return took.sort((one, other) => one - other);
  }

  async drop(): Promise<void> {
    await this.client.execute(`DROP KEYSPACE ${this.keyspace}`);
  }

  private inserts(count: number, condition: string) {
    const shard = Math.floor(Math.random() * PARTITIONS);
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
