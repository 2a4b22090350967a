import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import type { types } from 'cassandra-driver';
import { CommandFailure } from './failure.js';

/** A stored reading as people and programs read it: absent measurements are left out. */
export type StoredReading = Record<string, unknown>;

export interface Layout {
  shardCount: number;
  bucketMs: number;
}

const QUERIES_AT_ONCE = 16;

/** A vehicle's readings in the order of their times, bucket by bucket; nothing else is read. */
export async function* readingsOf(
  client: CassandraClient,
  keyspace: string,
  vehicleId: string,
  from: number,
  to: number,
): AsyncGenerator<StoredReading> {
  const { shardCount, bucketMs } = await layoutOf(client, keyspace);
  const shard = partitionOf(vehicleId, shardCount);
  const query = `SELECT * FROM ${keyspace}.readings WHERE shard = ? AND bucket = ? AND vehicle_id = ? AND recorded_at >= ? AND recorded_at <= ?`;
  const rows = rowsOf(client, query, (bucket) => [shard, bucket, vehicleId, from, to], {
    from,
    to,
    bucketMs,
  });
  for await (const row of rows) yield readingOf(row);
}

/** The readings of all vehicles of a shard, bucket by bucket; those of a vehicle in the order of their times. */
export async function* readingsOfShard(
  client: CassandraClient,
  keyspace: string,
  shard: number,
  span: { from: number; to: number; bucketMs: number },
): AsyncGenerator<StoredReading> {
  const query = `SELECT * FROM ${keyspace}.readings WHERE shard = ? AND bucket = ?`;
  for await (const row of rowsOf(client, query, (bucket) => [shard, bucket], span)) {
    const recordedAt = (row['recorded_at'] as Date).getTime();
    if (recordedAt >= span.from && recordedAt <= span.to) yield readingOf(row);
  }
}

async function* rowsOf(
  client: CassandraClient,
  query: string,
  parametersFor: (bucket: number) => unknown[],
  { from, to, bucketMs }: { from: number; to: number; bucketMs: number },
): AsyncGenerator<types.Row> {
  const read = async (bucket: number): Promise<types.Row[]> => {
    const rows: types.Row[] = [];
    const result = await client.execute(query, parametersFor(bucket), {
      prepare: true,
      fetchSize: 1000,
      autoPage: true,
    });
    for await (const row of result) rows.push(row as types.Row);
    return rows;
  };
  for (
    let bucket = Math.floor(from / bucketMs) * bucketMs;
    bucket <= to;
    bucket += bucketMs * QUERIES_AT_ONCE
  ) {
    const buckets = Array.from({ length: QUERIES_AT_ONCE }, (_, i) => bucket + i * bucketMs).filter(
      (start) => start <= to,
    );
    for (const rows of await Promise.all(buckets.map(read))) yield* rows;
  }
}

/** As the keyspace says it was laid out, so that this reads what any version wrote. */
export async function layoutOf(client: CassandraClient, keyspace: string): Promise<Layout> {
  const { rows } = await client
    .execute(`SELECT name, value FROM ${keyspace}.layout`, [], { prepare: false })
    .catch((error: Error) => {
      if (/does not exist|unconfigured table/i.test(error.message)) {
        throw new CommandFailure(
          `keyspace ${keyspace} holds no tables of ours: run \`npx navora migrate\` first`,
        );
      }
      throw error;
    });
  const values = new Map(rows.map((row) => [row['name'] as string, row['value'] as number]));
  return {
    shardCount: values.get('shard_count') ?? 64,
    bucketMs: (values.get('bucket_seconds') ?? 3600) * 1000,
  };
}

const FIELDS: [string, string][] = [
  ['sequence', 'sequence'],
  ['latitude', 'latitude'],
  ['longitude', 'longitude'],
  ['speedKph', 'speed_kph'],
  ['fuelLevelPercent', 'fuel_level_percent'],
  ['engineTemperatureC', 'engine_temperature_c'],
  ['cargoTemperatureC', 'cargo_temperature_c'],
  ['ignitionOn', 'ignition_on'],
];

function readingOf(row: types.Row): StoredReading {
  const reading: StoredReading = {
    vehicleId: row['vehicle_id'],
    recordedAt: (row['recorded_at'] as Date).toISOString(),
    messageId: String(row['message_id']),
    receivedAt: (row['received_at'] as Date).toISOString(),
  };
  for (const [name, column] of FIELDS) {
    const value = row[column] as unknown;
    if (value !== null) reading[name] = typeof value === 'bigint' ? Number(value) : value;
  }
  const extras = row['extras'] as Record<string, string> | null;
  if (extras)
    reading['extras'] = Object.fromEntries(
      Object.entries(extras).map(([name, text]) => [name, JSON.parse(text) as unknown]),
    );
  if (row['clock_suspect'] === true) reading['clockSuspect'] = true;
  const implausible = row['implausible'] as string[] | null;
  if (implausible) reading['implausible'] = implausible;
  return reading;
}
