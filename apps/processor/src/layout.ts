import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import { READING_COLUMNS } from './reading-columns.js';

/**
 * How readings are spread over Cassandra partitions. The shard uses the hash that Kafka partitions by, and the
 * partition count divides the shard count, so a shard's vehicles live in one Kafka partition: each Cassandra
 * partition has one writer, and its conditional writes meet no contention.
 */
export const LAYOUT = { shardCount: 64, bucketSeconds: 3600 } as const;

const BUCKET_MS = LAYOUT.bucketSeconds * 1000;

export function shardOf(vehicleId: string): number {
  return partitionOf(vehicleId, LAYOUT.shardCount);
}

/** @returns the start of the bucket that holds the time, in ms since 1970 */
export function bucketOf(recordedAt: number): number {
  return Math.floor(recordedAt / BUCKET_MS) * BUCKET_MS;
}

/** The keyspace was made with another layout, or not made at all: its rows would not be found. */
export class WrongLayout extends Error {
  override name = 'WrongLayout';
}

/** @throws WrongLayout */
export async function requireLayout(client: CassandraClient, keyspace: string): Promise<void> {
  const { rows } = await client
    .execute(`SELECT name, value FROM ${keyspace}.layout`, [], { prepare: false })
    .catch((error: Error) => {
      if (/does not exist|unconfigured table/i.test(error.message)) {
        throw new WrongLayout(
          `Cassandra has no tables of ours in keyspace ${keyspace}: run \`navora migrate\` first`,
        );
      }
      throw error;
    });
  await requireColumns(client, keyspace);
  const stored = new Map(rows.map((row) => [row['name'] as string, row['value'] as number]));
  const expected = { shard_count: LAYOUT.shardCount, bucket_seconds: LAYOUT.bucketSeconds };
  const wrong = Object.entries(expected).filter(([name, value]) => stored.get(name) !== value);
  if (wrong.length > 0) {
    throw new WrongLayout(
      `keyspace ${keyspace} was made with ${wrong.map(([name, value]) => `${name} ${stored.get(name) ?? 'unset'} instead of ${value}`).join(', ')}: the layout is fixed for a keyspace's life`,
    );
  }
}

/** Without a column every row would be refused, and every reading given up. */
async function requireColumns(client: CassandraClient, keyspace: string): Promise<void> {
  const { rows } = await client.execute(
    "SELECT column_name FROM system_schema.columns WHERE keyspace_name = ? AND table_name = 'readings'",
    [keyspace],
    { prepare: true },
  );
  const existing = new Set(rows.map((row) => row['column_name'] as string));
  const missing = READING_COLUMNS.filter((column) => !existing.has(column));
  if (missing.length > 0)
    throw new WrongLayout(
      `table readings of keyspace ${keyspace} has no ${missing.join(', ')}: run \`navora migrate\` first`,
    );
}
