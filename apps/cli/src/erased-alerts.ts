import { setTimeout as pause } from 'node:timers/promises';
import { partitionOf } from '@navora/kafka';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import { types } from 'cassandra-driver';
import {
  inParallel,
  mayPass,
  present,
  type Behind,
  type Found,
  type Remains,
  type Statements,
} from './erased-remains.js';
import { BUCKETS, tracesOf, type InView } from './erased-traces.js';

/** What the alerts app keeps of a vehicle, as far as we must know it to begin it anew. */
interface State {
  version: number;
  marks: { originPartition: number; originOffset: number };
  erasedAt?: number;
}

interface Partition {
  version: number | null;
  state: State | undefined;
  alerts: { id: string; openedAt: Date; rule: string }[];
  notices: { id: string; channel: string; dueAt: Date }[];
  rows: number;
}

/**
 * The alerts of a vehicle with their history, their views, what people were or are to be told of them, and what people
 * did about them.
 *
 * The vehicle's state does not vanish: it goes on from the next version with nothing in it. That makes an erasure one
 * more transition. A transition of before that comes late finds another version; views are written with their
 * version as the write time, so that one of before, however late, is below what we remove, and one of after above it.
 *
 * Views are read first and the alerts after them: an alert stands before its views do, so that what a view shows and
 * the alerts do not is left over.
 */
export class ErasedAlerts implements Remains {
  constructor(private readonly cassandra: Statements) {}

  async look(behind: Behind, remove: boolean): Promise<Found> {
    const { vehicleId } = behind;
    const views = await tracesOf(behind, this.cassandra);
    const partition = await this.partition(vehicleId);
    const isNew = (partition.state?.erasedAt ?? -Infinity) >= behind.requestedAt;
    const kept = new Set(isNew ? partition.alerts.map(({ id }) => id) : []);
    const isLeft = ({ alertId }: { alertId: string }) => !kept.has(alertId);
    const left = {
      byDay: views.byDay.filter(isLeft),
      open: views.open.filter(isLeft),
      pending: views.pending,
      told: views.told.filter(isLeft),
      acted: views.acted.filter((alertId) => !kept.has(alertId)),
    };
    if (remove) {
      const version = isNew ? undefined : await this.beginAnew(behind, partition);
      await this.removeFromViews(behind, left, partition, version);
    }
    return present({
      vehicle_alerts: isNew ? 0 : partition.rows,
      alerts_by_day: left.byDay.length,
      open_alerts: left.open.length,
      pending_notifications: left.pending.length,
      notifications: left.told.length,
      alert_actions: left.acted.length,
    });
  }

  /** @returns the version under which there is nothing; undefined when the service was quicker: look again. */
  private async beginAnew(
    { vehicleId, erasedAt }: Behind,
    { version, state }: Partition,
  ): Promise<number | undefined> {
    const next = (version ?? 0) + 1;
    const originPartition =
      state?.marks.originPartition ?? partitionOf(vehicleId, TOPIC_LAYOUT[TOPICS.readings].partitions);
    const marks = {
      ...{ originPartition, originOffset: state?.marks.originOffset ?? -1 },
      ...{ recordedAt: null, messageId: null },
    };
    const last = { id: `erased/${erasedAt}`, changes: [] };
    const table = `${this.cassandra.keyspace}.vehicle_alerts`;
    const statements = [
      {
        query: `UPDATE ${table} SET state_version = ?, state = ? WHERE vehicle_id = ? IF state_version = ?`,
        params: [
          ...[next, JSON.stringify({ version: next, marks, open: [], last, erasedAt }), vehicleId, version],
        ],
      },
      ...['alert', 'history', 'notice'].map((kind) => ({
        query: `DELETE FROM ${table} WHERE vehicle_id = ? AND kind = ?`,
        params: [vehicleId, kind],
      })),
    ];
    for (;;) {
      if (await this.applied(statements)) return next;
      const now = await this.partition(vehicleId);
      if (now.version === next && now.state?.erasedAt === erasedAt) return next;
      if (now.version !== version) return undefined;
    }
  }

  /** False also when nobody knows. */
  private async applied(statements: { query: string; params: unknown[] }[]): Promise<boolean> {
    try {
      return await this.cassandra.batch(statements);
    } catch (error) {
      if (!mayPass(error)) throw error;
      await pause(500);
      return false;
    }
  }

  private async removeFromViews(
    { vehicleId }: Behind,
    left: { byDay: InView[]; open: InView[]; pending: InView[]; told: { id: string }[]; acted: string[] },
    { alerts, notices }: Partition,
    version: number | undefined,
  ): Promise<void> {
    const { keyspace } = this.cassandra;
    const bucket = partitionOf(vehicleId, BUCKETS);
    const at = (writtenAt: bigint) =>
      version === undefined || writtenAt > BigInt(version) ? writtenAt : BigInt(version);
    const statements: { query: string; params: unknown[] }[] = [];
    const removeView = (table: string, where: string, rows: { key: unknown[]; writtenAt: bigint }[]) => {
      for (const { key, writtenAt } of rows) {
        const query = `DELETE FROM ${keyspace}.${table} USING TIMESTAMP ? WHERE ${where}`;
        statements.push({ query, params: [at(writtenAt), ...key] });
      }
    };
    const pendingKey = 'channel = ? AND bucket = ? AND due_at = ? AND notification_id = ?';
    removeView('alerts_by_day', 'day = ? AND opened_at = ? AND alert_id = ?', left.byDay);
    removeView('open_alerts', 'bucket = ? AND vehicle_id = ? AND rule = ?', left.open);
    removeView('pending_notifications', pendingKey, left.pending);
    if (version !== undefined) {
      // Also what nobody has seen there: whoever was to write it may have died, and its write may be half-way.
      const all = { writtenAt: BigInt(version) };
      removeView('open_alerts', 'bucket = ? AND vehicle_id = ?', [{ key: [bucket, vehicleId], ...all }]);
      removeView(
        'alerts_by_day',
        'day = ? AND opened_at = ? AND alert_id = ?',
        alerts.map(({ id, openedAt }) => ({
          key: [types.LocalDate.fromDate(openedAt), openedAt, id],
          ...all,
        })),
      );
      removeView(
        'pending_notifications',
        pendingKey,
        notices.map(({ id, channel, dueAt }) => ({ key: [channel, bucket, dueAt, id], ...all })),
      );
    }
    await inParallel(statements, ({ query, params }) => this.cassandra.run(query, params));
    const told = new Set([
      ...left.told.map(({ id }) => id),
      ...(version === undefined ? [] : notices.map(({ id }) => id)),
    ]);
    await inParallel(told, (id) => this.removeTold(id));
    await inParallel(left.acted, (alertId) => this.removeActed(vehicleId, alertId));
  }

  private async partition(vehicleId: string): Promise<Partition> {
    const found: Partition = { version: null, state: undefined, alerts: [], notices: [], rows: 0 };
    const query = `SELECT * FROM ${this.cassandra.keyspace}.vehicle_alerts WHERE vehicle_id = ?`;
    for await (const row of this.cassandra.rows(query, [vehicleId], true)) {
      found.version = row['state_version'] as number | null;
      const text = row['state'] as string | null;
      found.state ??= text === null ? undefined : (JSON.parse(text) as State);
      const id = row['id'] as string | null;
      if (id === null) continue;
      found.rows++;
      if (row['kind'] === 'alert')
        found.alerts.push({ id, openedAt: row['opened_at'] as Date, rule: row['rule'] as string });
      if (row['kind'] === 'notice' && row['channel'] !== null)
        found.notices.push({ id, channel: row['channel'] as string, dueAt: row['due_at'] as Date });
    }
    // The state alone tells of a vehicle, too: what it had open, when it was heard last.
    if (found.state !== undefined) found.rows++;
    return found;
  }

  /** By a conditional statement, as all that is written there: write times of two clocks must not meet. */
  private async removeTold(id: string): Promise<void> {
    await this.cassandra.run(
      `DELETE FROM ${this.cassandra.keyspace}.notifications WHERE notification_id = ? IF EXISTS`,
      [id],
    );
  }

  private async removeActed(vehicleId: string, alertId: string): Promise<void> {
    const table = `${this.cassandra.keyspace}.alert_actions`;
    const key = [vehicleId, alertId];
    let version: number | null = null;
    const numbers: number[] = [];
    const query = `SELECT version, number FROM ${table} WHERE vehicle_id = ? AND alert_id = ?`;
    for await (const row of this.cassandra.rows(query, key, true)) {
      version = row['version'] as number | null;
      if (row['number'] !== null) numbers.push(row['number'] as number);
    }
    // Somebody may have acted meanwhile: the next look finds it.
    await this.cassandra.batch([
      {
        query: `DELETE version, acknowledged_by, acknowledged_at, assignee FROM ${table} WHERE vehicle_id = ? AND alert_id = ? IF version = ?`,
        params: [...key, version],
      },
      ...numbers.map((number) => ({
        query: `DELETE FROM ${table} WHERE vehicle_id = ? AND alert_id = ? AND number = ?`,
        params: [...key, number],
      })),
    ]);
  }
}
