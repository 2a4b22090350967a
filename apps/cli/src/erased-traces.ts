import { partitionOf } from '@navora/kafka';
import type { Behind, Statements } from './erased-remains.js';

/** Parts of the views of open alerts and of what is to be sent, by the vehicle's hash. */
export const BUCKETS = 16;

export interface InView {
  key: unknown[];
  alertId: string;
  /** The version of the transition that wrote it. */
  writtenAt: bigint;
}

/** Wherever alerts of a vehicle show beside its own partition; what is not kept by vehicle is read whole. */
export interface Traces {
  byDay: InView[];
  open: InView[];
  pending: InView[];
  told: { id: string; alertId: string }[];
  /** Alert ids. */
  acted: string[];
}

export async function tracesOf(behind: Behind, cassandra: Statements): Promise<Traces> {
  const { vehicleId } = behind;
  return {
    byDay: await byDay(vehicleId, cassandra),
    open: await open(vehicleId, cassandra),
    pending: await pending(behind, cassandra),
    told: await told(vehicleId, cassandra),
    acted: await acted(vehicleId, cassandra),
  };
}

async function byDay(vehicleId: string, cassandra: Statements): Promise<InView[]> {
  const rows: InView[] = [];
  const query = `SELECT day, opened_at, alert_id, vehicle_id, writetime(vehicle_id) AS written FROM ${cassandra.keyspace}.alerts_by_day`;
  for await (const row of cassandra.rows(query)) {
    if (row['vehicle_id'] !== vehicleId) continue;
    const alertId = String(row['alert_id']);
    rows.push({
      key: [row['day'], row['opened_at'], alertId],
      alertId,
      writtenAt: row['written'] as bigint,
    });
  }
  return rows;
}

async function open(vehicleId: string, cassandra: Statements): Promise<InView[]> {
  const rows: InView[] = [];
  const bucket = partitionOf(vehicleId, BUCKETS);
  const query = `SELECT rule, alert_id, writetime(alert_id) AS written FROM ${cassandra.keyspace}.open_alerts WHERE bucket = ? AND vehicle_id = ?`;
  for await (const row of cassandra.rows(query, [bucket, vehicleId]))
    rows.push({
      key: [bucket, vehicleId, row['rule']],
      alertId: String(row['alert_id']),
      writtenAt: row['written'] as bigint,
    });
  return rows;
}

/** Each says itself when its reading was received. */
async function pending({ vehicleId, erasedAt }: Behind, cassandra: Statements): Promise<InView[]> {
  const rows: InView[] = [];
  const query = `SELECT channel, bucket, due_at, notification_id, notice, writetime(notice) AS written FROM ${cassandra.keyspace}.pending_notifications`;
  for await (const row of cassandra.rows(query)) {
    const { alert, receivedAt } = JSON.parse(row['notice'] as string) as {
      alert: { id: string; vehicleId: string };
      receivedAt: number;
    };
    if (alert.vehicleId !== vehicleId || receivedAt > erasedAt) continue;
    const key = [row['channel'], row['bucket'], row['due_at'], row['notification_id']];
    rows.push({ key, alertId: alert.id, writtenAt: row['written'] as bigint });
  }
  return rows;
}

async function told(vehicleId: string, cassandra: Statements): Promise<{ id: string; alertId: string }[]> {
  const rows = [];
  const query = `SELECT notification_id, vehicle_id, alert_id FROM ${cassandra.keyspace}.notifications`;
  for await (const row of cassandra.rows(query))
    if (row['vehicle_id'] === vehicleId)
      rows.push({ id: String(row['notification_id']), alertId: String(row['alert_id']) });
  return rows;
}

async function acted(vehicleId: string, cassandra: Statements): Promise<string[]> {
  const alertIds: string[] = [];
  const query = `SELECT DISTINCT vehicle_id, alert_id FROM ${cassandra.keyspace}.alert_actions`;
  for await (const row of cassandra.rows(query))
    if (row['vehicle_id'] === vehicleId) alertIds.push(String(row['alert_id']));
  return alertIds;
}
