import { partitionOf } from '@navora/kafka';
import { insertInto } from './alert-columns.js';
import type { Announcement, Notice, Withdrawn } from './notice.js';

export interface Statement {
  query: string;
  params: unknown[];
}

/** Parts of what a channel has to send, by the vehicle's hash. */
export const PENDING_BUCKETS = 16;

/** The rows of a vehicle's own partition: what a transition tells, and what of it is overtaken. */
export function noticeRows(
  table: string,
  vehicleId: string,
  { notices, withdrawn }: Announcement,
): Statement[] {
  const columns = [
    ...['vehicle_id', 'kind', 'id', 'alert_id', 'transition', 'at'],
    ...['channel', 'audience', 'due_at'],
  ];
  return [
    ...notices.map(({ id, alert, transition, receivedAt, channel, audience, dueAt }) => ({
      query: insertInto(table, columns),
      params: [
        ...[vehicleId, 'notice', id, alert.id, transition, new Date(receivedAt)],
        ...[channel, audience, new Date(dueAt)],
      ],
    })),
    ...withdrawn.map(({ id }) => ({
      query: insertInto(table, ['vehicle_id', 'kind', 'id', 'withdrawn']),
      params: [vehicleId, 'notice', id, true],
    })),
  ];
}

/** The view of what is to be sent. Nothing goes out of what people knew before the alerts were built anew. */
export function pendingRows(
  table: string,
  vehicleId: string,
  version: number,
  { notices, withdrawn, known }: Announcement,
): Statement[] {
  if (known) return [];
  return [
    ...notices.map((notice) => pendingRow(table, vehicleId, version, notice)),
    ...withdrawn.map((one) => noLongerPending(table, vehicleId, version, one)),
  ];
}

function pendingRow(table: string, vehicleId: string, version: number, notice: Notice): Statement {
  const columns = ['channel', 'bucket', 'due_at', 'notification_id', 'version', 'notice'];
  return {
    query: `${insertInto(table, columns)} USING TIMESTAMP ?`,
    params: [
      ...[notice.channel, partitionOf(vehicleId, PENDING_BUCKETS), new Date(notice.dueAt), notice.id],
      ...[version, JSON.stringify(notice), BigInt(version)],
    ],
  };
}

/** With the same write time a deletion wins, so whoever writes the row once more does not bring it back. */
export function noLongerPending(
  table: string,
  vehicleId: string,
  version: number,
  { channel, dueAt, id }: Withdrawn,
): Statement {
  return {
    query: `DELETE FROM ${table} USING TIMESTAMP ? WHERE channel = ? AND bucket = ? AND due_at = ? AND notification_id = ?`,
    params: [BigInt(version), channel, partitionOf(vehicleId, PENDING_BUCKETS), new Date(dueAt), id],
  };
}
