import type { Client } from 'cassandra-driver';
import { alertHistoryIn, alertIn, readingIn, stateIn } from './cassandra-tables.js';
import type {
  AlertHistoryRow,
  AlertRow,
  AlertViewRow,
  BodyReading,
  ReadingRecord,
  History,
  Row,
} from './evidence.js';
import { inParallel, pages } from './cassandra-reads.js';
import { numberIn, textIn } from './fields.js';
import { groupBy } from './group-by.js';
import { KnownReadings } from './known-readings.js';
import { bucketOf, slotOf } from './placement.js';

/** How the readings table is cut; fixed for the keyspace's life. */
export interface Layout {
  readonly shardCount: number;
  readonly bucketMs: number;
}

export async function readLayout(client: Client): Promise<Layout> {
  const layout = new Map([
    ['shard_count', 256],
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
export async function scanRows(client: Client, history: History): Promise<Row[]> {
  const rows: Row[] = [];
  const known = new KnownReadings(history);
  const ranges = 32n;
  const width = 2n ** 64n / ranges;
  const lows = Array.from({ length: Number(ranges) }, (_, index) => -(2n ** 63n) + BigInt(index) * width);
  const query = 'SELECT * FROM readings WHERE token(shard, bucket) >= ? AND token(shard, bucket) <= ?';
  await inParallel(lows, async (low) => {
    for await (const row of pages(client, query, [low, low + width - 1n])) {
      if (history.vehicles.has(textIn(row, 'vehicle_id'))) rows.push(known.inRow(readingIn(row)));
    }
  });
  return rows;
}

/** Only the partitions where the history's readings belong. */
export async function readExpectedRows(
  client: Client,
  history: History,
  records: readonly ReadingRecord[],
  { shardCount, bucketMs }: Layout,
): Promise<Row[]> {
  const said: BodyReading[] = [];
  for (const { judged } of [...history.sent, ...records]) if ('reading' in judged) said.push(judged.reading);
  const partitions = groupBy(
    said,
    (it) => `${slotOf(it.vehicleId, shardCount)} ${bucketOf(it.recordedAt, bucketMs)}`,
  );
  const query = 'SELECT * FROM readings WHERE shard = ? AND bucket = ? AND vehicle_id IN ?';
  const rows: Row[] = [];
  const known = new KnownReadings(history);
  await inParallel([...partitions.values()], async (all) => {
    const [any] = all;
    if (any === undefined) return;
    const key = [slotOf(any.vehicleId, shardCount), new Date(bucketOf(any.recordedAt, bucketMs))];
    const vehicles = [...new Set(all.map((it) => it.vehicleId))].filter((id) => history.vehicles.has(id));
    for (const some of chunks(vehicles, 100)) {
      for await (const row of pages(client, query, [...key, some])) rows.push(known.inRow(readingIn(row)));
    }
  });
  return rows;
}

export async function readLatest(
  client: Client,
  history: History,
  { shardCount }: Layout,
): Promise<Map<string, BodyReading>> {
  const latest = new Map<string, BodyReading>();
  const query = 'SELECT * FROM latest_readings WHERE shard = ? AND vehicle_id = ?';
  await inParallel([...history.vehicles], async (vehicleId) => {
    for await (const row of pages(client, query, [slotOf(vehicleId, shardCount), vehicleId])) {
      latest.set(vehicleId, stateIn(row));
    }
  });
  return latest;
}

export interface AlertTables {
  readonly alerts: AlertRow[];
  readonly alertHistory: AlertHistoryRow[];
  readonly alertsByDay: AlertViewRow[];
  readonly openAlerts: AlertViewRow[];
}

/** The views are read whole, since a row left behind may stand in any partition. */
export async function readAlertTables(client: Client, history: History): Promise<AlertTables> {
  const tables: AlertTables = { alerts: [], alertHistory: [], alertsByDay: [], openAlerts: [] };
  await inParallel([...history.vehicles], async (vehicleId) => {
    for await (const row of pages(client, 'SELECT * FROM vehicle_alerts WHERE vehicle_id = ?', [vehicleId])) {
      if (row['kind'] === 'alert') tables.alerts.push(alertIn(row, 'id'));
      else if (row['kind'] === 'history') tables.alertHistory.push(alertHistoryIn(row));
    }
  });
  for await (const row of pages(client, 'SELECT * FROM alerts_by_day', [])) {
    if (!history.vehicles.has(textIn(row, 'vehicle_id'))) continue;
    tables.alertsByDay.push({ ...alertIn(row, 'alert_id'), partition: dayText(row['day']) });
  }
  for await (const row of pages(client, 'SELECT * FROM open_alerts', [])) {
    if (!history.vehicles.has(textIn(row, 'vehicle_id'))) continue;
    tables.openAlerts.push({ ...alertIn(row, 'alert_id'), partition: textIn(row, 'bucket') });
  }
  return tables;
}

function dayText(day: unknown): string {
  return day instanceof Date ? day.toISOString().slice(0, 10) : String(day);
}

function* chunks<T>(all: readonly T[], size: number): Iterable<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
