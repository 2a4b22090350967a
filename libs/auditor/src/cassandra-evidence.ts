import type { Client } from 'cassandra-driver';
import { inParallel, pages } from './cassandra-reads.js';
import { alertHistoryIn, alertIn, READING_COLUMNS, readingIn, stateIn } from './cassandra-tables.js';
import type { Row } from './evidence.js';
import type { Entry } from './entry.js';
import { numberIn, textIn } from './fields.js';
import { groupBy } from './group-by.js';
import { slotOf } from './placement.js';

/** How the readings table is cut; fixed for the keyspace's life. */
export interface Layout {
  readonly shardCount: number;
  readonly bucketMs: number;
}

type TakeRow = (row: Row) => Promise<void>;
type Take = (vehicleId: string, entry: Entry) => Promise<void>;

const RANGES = 64;

export async function readLayout(client: Client): Promise<Layout> {
  const layout = new Map([
    ['shard_count', 64],
    ['bucket_seconds', 3600],
  ]);
  for await (const row of pages(client, 'SELECT name, value FROM layout', [])) {
    layout.set(textIn(row, 'name'), numberIn(row, 'value'));
  }
  return {
    shardCount: layout.get('shard_count') ?? NaN,
    bucketMs: (layout.get('bucket_seconds') ?? NaN) * 1000,
  };
}

/** The whole table, range by range: finds rows wherever they stand, at the price of reading everybody's. */
export async function scanRows(
  client: Client,
  vehicles: ReadonlySet<string>,
  take: TakeRow,
  onProgress: (what: string) => void,
): Promise<void> {
  const width = 2n ** 64n / BigInt(RANGES);
  const lows = Array.from({ length: RANGES }, (_, index) => -(2n ** 63n) + BigInt(index) * width);
  const query = `SELECT ${READING_COLUMNS} FROM readings WHERE token(shard, bucket) >= ? AND token(shard, bucket) <= ?`;
  let done = 0;
  await inParallel(lows, async (low) => {
    for await (const row of pages(client, query, [low, low + width - 1n])) {
      if (vehicles.has(textIn(row, 'vehicle_id'))) await take(readingIn(row));
    }
    onProgress(`reading the whole readings table (${Math.floor((100 * ++done) / RANGES)} %)`);
  });
}

/** Only the partitions where the vehicles' readings belong: `bucketsOf` names the hours of each. */
export async function readExpectedRows(
  client: Client,
  bucketsOf: ReadonlyMap<string, ReadonlySet<number>>,
  { shardCount }: Layout,
  take: TakeRow,
  onProgress: (what: string) => void,
): Promise<void> {
  const shards = groupBy(bucketsOf.keys(), (vehicleId) => String(slotOf(vehicleId, shardCount)));
  const query = `SELECT ${READING_COLUMNS} FROM readings WHERE shard = ? AND bucket = ? AND vehicle_id IN ?`;
  let done = 0;
  await inParallel([...shards], async ([shard, vehicles]) => {
    const vehiclesOf = new Map<number, string[]>();
    for (const vehicleId of vehicles) {
      for (const bucket of bucketsOf.get(vehicleId) ?? [])
        vehiclesOf.set(bucket, [...(vehiclesOf.get(bucket) ?? []), vehicleId]);
    }
    for (const [bucket, all] of vehiclesOf) {
      for (const some of chunks(all, 100)) {
        const parameters = [Number(shard), new Date(bucket), some];
        for await (const row of pages(client, query, parameters)) await take(readingIn(row));
      }
    }
    onProgress(`reading the rows of the vehicles (${Math.floor((100 * ++done) / shards.size)} %)`);
  });
}

export async function readLatest(
  client: Client,
  vehicles: ReadonlySet<string>,
  { shardCount }: Layout,
  take: Take,
): Promise<void> {
  const query = 'SELECT * FROM latest_readings WHERE shard = ? AND vehicle_id = ?';
  await inParallel([...vehicles], async (vehicleId) => {
    for await (const row of pages(client, query, [slotOf(vehicleId, shardCount), vehicleId]))
      await take(vehicleId, ['latest', stateIn(row)]);
  });
}

/** The views are read whole, since a row left behind may stand in any partition. */
export async function readAlertTables(
  client: Client,
  vehicles: ReadonlySet<string>,
  take: Take,
): Promise<void> {
  await inParallel([...vehicles], async (vehicleId) => {
    for await (const row of pages(client, 'SELECT * FROM vehicle_alerts WHERE vehicle_id = ?', [vehicleId])) {
      if (row['kind'] === 'alert') await take(vehicleId, ['alert', alertIn(row, 'id')]);
      else if (row['kind'] === 'history') await take(vehicleId, ['transition', alertHistoryIn(row)]);
    }
  });
  for await (const row of pages(client, 'SELECT * FROM alerts_by_day', [])) {
    const vehicleId = textIn(row, 'vehicle_id');
    if (!vehicles.has(vehicleId)) continue;
    await take(vehicleId, ['by day', { ...alertIn(row, 'alert_id'), partition: dayText(row['day']) }]);
  }
  for await (const row of pages(client, 'SELECT * FROM open_alerts', [])) {
    const vehicleId = textIn(row, 'vehicle_id');
    if (!vehicles.has(vehicleId)) continue;
    await take(vehicleId, ['open', { ...alertIn(row, 'alert_id'), partition: textIn(row, 'bucket') }]);
  }
}

function dayText(day: unknown): string {
  return day instanceof Date ? day.toISOString().slice(0, 10) : String(day);
}

function* chunks<T>(all: readonly T[], size: number): Iterable<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
