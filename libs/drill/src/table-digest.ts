import { createHash } from 'node:crypto';
import type { StackEndpoints } from '@navora/local-stack';
import { withCassandra } from './with-cassandra.js';

/** Each with the write time of a cell of every row, so that a row written again with equal content is seen, too. */
const TABLES = {
  rows: `SELECT vehicle_id, recorded_at, message_id, speed_kph, engine_temperature_c, origin_partition, origin_offset,
    WRITETIME(received_at) AS written FROM readings`,
  alerts: `SELECT vehicle_id, kind, id, state_version, status, value, opened_at, cleared_at, WRITETIME(state) AS written,
    WRITETIME(status) AS set_at FROM vehicle_alerts`,
  'alerts by day': 'SELECT JSON * FROM alerts_by_day',
  'open alerts': 'SELECT JSON * FROM open_alerts',
} as const;

export type Digests = Record<keyof typeof TABLES, { rows: number; digest: string }>;

/** What the tables hold, write times included, in few words. Token order makes it the same each time. */
export async function digestTables(stack: StackEndpoints, keyspace: string): Promise<Digests> {
  return withCassandra(stack, async (client) => {
    const digests: Partial<Digests> = {};
    for (const [name, query] of Object.entries(TABLES)) {
      const hash = createHash('sha256');
      let rows = 0;
      const from = query.replace(/FROM (\w+)/, `FROM ${keyspace}.$1`);
      const result = await client.execute(from, [], {
        prepare: true,
        fetchSize: 2000,
        autoPage: true,
        readTimeout: 30_000,
      });
      for await (const row of result) {
        hash.update(
          JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        );
        rows++;
      }
      digests[name as keyof Digests] = { rows, digest: hash.digest('hex') };
    }
    return digests as Digests;
  });
}

/** @returns the names of the tables that differ. */
export function changedTables(before: Digests, after: Digests): string[] {
  return (Object.keys(before) as (keyof Digests)[])
    .filter((name) => before[name].digest !== after[name].digest)
    .map((name) => `${name} (${before[name].rows} before, ${after[name].rows} after)`);
}
