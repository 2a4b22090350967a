import type { CassandraClient } from '@navora/cassandra';
import type { Pending, PendingNotice } from './ledger.js';
import type { Notice } from './notice.js';
import { noLongerPending, PENDING_BUCKETS } from './notice-statements.js';

const PAGE = 500;

export class CassandraPending implements Pending {
  private readonly table: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.table = `${keyspace}.pending_notifications`;
  }

  async *due(channel: string, now: number): AsyncIterable<PendingNotice> {
    for (let bucket = 0; bucket < PENDING_BUCKETS; bucket++) {
      const result = await this.client.execute(
        `SELECT version, notice FROM ${this.table} WHERE channel = ? AND bucket = ? AND due_at <= ?`,
        [channel, bucket, new Date(now)],
        { prepare: true, fetchSize: PAGE },
      );
      for await (const row of result) {
        yield {
          notice: JSON.parse(row['notice'] as string) as Notice,
          version: row['version'] as number,
        };
      }
    }
  }

  async remove({ notice, version }: PendingNotice): Promise<void> {
    const { query, params } = noLongerPending(this.table, notice.alert.vehicleId, version, notice);
    await this.client.execute(query, params, { prepare: true });
  }
}
