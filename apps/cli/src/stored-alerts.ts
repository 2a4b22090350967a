import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import { types } from 'cassandra-driver';

/** The alerts app keeps its view of open alerts in so many partitions, by the vehicle's hash. */
const OPEN_ALERT_BUCKETS = 16;
/** And what each channel has to send. */
const PENDING_BUCKETS = 16;

/** An alert as it is told: times as ISO 8601, what is absent left out. */
export interface StoredAlert {
  id: string;
  vehicleId: string;
  rule: string;
  severity: string;
  status: 'open' | 'cleared';
  late: boolean;
  measurement: string;
  value: number;
  openedAt: string;
  openedBy: string;
  clearedAt?: string;
  clearedBy?: string;
  clearedValue?: number;
  reopenedAt?: string;
  reopenedBy?: string;
  reopenedValue?: number;
  ruleVersion: string;
}

export interface HistoryLine {
  transition: string;
  at: string;
  /** Absent when what decided was another measurement, or no reading's. */
  value?: number;
  messageId: string;
}

/** What became of telling somebody of a transition. */
export interface ToldLine {
  notificationId: string;
  transition: string;
  channel: string;
  audience: string;
  /**
   * `overtaken` by a later one in the same window; `not sent`: people knew it before the alerts were built anew.
   */
  state: 'pending' | 'being sent' | 'to be tried again' | 'sent' | 'failed' | 'overtaken' | 'not sent';
  /** When it was sent, failed, will be tried again, or is due; ISO 8601. */
  at: string;
  attempts?: number;
  detail?: string;
}

/** Reads alerts by their tables' keys: none of these questions scans a table. */
export class StoredAlerts {
  constructor(
    private readonly client: CassandraClient,
    private readonly keyspace: string,
  ) {}

  async open(vehicleId?: string): Promise<StoredAlert[]> {
    const table = `${this.keyspace}.open_alerts`;
    if (vehicleId !== undefined) {
      const bucket = partitionOf(vehicleId, OPEN_ALERT_BUCKETS);
      return this.alerts(`SELECT * FROM ${table} WHERE bucket = ? AND vehicle_id = ?`, [bucket, vehicleId]);
    }
    const buckets = Array.from({ length: OPEN_ALERT_BUCKETS }, (_, bucket) =>
      this.alerts(`SELECT * FROM ${table} WHERE bucket = ?`, [bucket]),
    );
    return (await Promise.all(buckets)).flat();
  }

  ofDay(day: string): Promise<StoredAlert[]> {
    return this.alerts(`SELECT * FROM ${this.keyspace}.alerts_by_day WHERE day = ?`, [
      types.LocalDate.fromString(day),
    ]);
  }

  ofVehicle(vehicleId: string): Promise<StoredAlert[]> {
    return this.alerts(
      `SELECT * FROM ${this.keyspace}.vehicle_alerts WHERE vehicle_id = ? AND kind = 'alert'`,
      [vehicleId],
    );
  }

  async has(vehicleId: string, alertId: string): Promise<boolean> {
    return (await this.alert(vehicleId, alertId)) !== undefined;
  }

  async one(
    vehicleId: string,
    alertId: string,
  ): Promise<{ alert: StoredAlert; history: HistoryLine[]; notifications: ToldLine[] } | undefined> {
    const alert = await this.alert(vehicleId, alertId);
    if (!alert) return undefined;
    const [history, notices] = await Promise.all(
      ['history', 'notice'].map(async (kind) => {
        const rows = await this.rows(
          `SELECT * FROM ${this.keyspace}.vehicle_alerts WHERE vehicle_id = ? AND kind = ?`,
          [vehicleId, kind],
        );
        return rows.filter((row) => String(row['alert_id']) === alertId);
      }),
    );
    const notifications = await Promise.all((notices ?? []).map((row) => this.told(vehicleId, row)));
    return {
      alert,
      history: (history ?? []).map(historyLineOf),
      notifications: notifications.sort((one, other) => (one.at < other.at ? -1 : 1)),
    };
  }

  private async alert(vehicleId: string, alertId: string): Promise<StoredAlert | undefined> {
    const [alert] = await this.alerts(
      `SELECT * FROM ${this.keyspace}.vehicle_alerts WHERE vehicle_id = ? AND kind = 'alert' AND id = ?`,
      [vehicleId, alertId],
    );
    return alert;
  }

  private async told(vehicleId: string, notice: types.Row): Promise<ToldLine> {
    const dueAt = notice['due_at'] as Date;
    const line = {
      notificationId: notice['id'] as string,
      transition: notice['transition'] as string,
      channel: notice['channel'] as string,
      audience: notice['audience'] as string,
      at: dueAt.toISOString(),
    };
    const [entry] = await this.rows(
      `SELECT * FROM ${this.keyspace}.notifications WHERE notification_id = ?`,
      [line.notificationId],
    );
    if (entry) return { ...line, ...toldIn(entry) };
    if (notice['withdrawn'] === true) return { ...line, state: 'overtaken' };
    const pending = await this.rows(
      `SELECT version FROM ${this.keyspace}.pending_notifications
       WHERE channel = ? AND bucket = ? AND due_at = ? AND notification_id = ?`,
      [line.channel, partitionOf(vehicleId, PENDING_BUCKETS), dueAt, line.notificationId],
    );
    return { ...line, state: pending.length > 0 ? 'pending' : 'not sent' };
  }

  private async alerts(query: string, params: unknown[]): Promise<StoredAlert[]> {
    return (await this.rows(query, params)).map(alertOf);
  }

  private async rows(query: string, params: unknown[]): Promise<types.Row[]> {
    const rows: types.Row[] = [];
    const result = await this.client.execute(query, params, { prepare: true, fetchSize: 1000 });
    for await (const row of result) rows.push(row);
    return rows;
  }
}

function alertOf(row: types.Row): StoredAlert {
  const clearedAt = row['cleared_at'] as Date | null;
  const clearedValue = row['cleared_value'] as number | null;
  const reopenedAt = row['reopened_at'] as Date | null;
  const reopenedValue = row['reopened_value'] as number | null;
  return {
    id: String(row['alert_id'] ?? row['id']),
    vehicleId: row['vehicle_id'] as string,
    rule: row['rule'] as string,
    severity: row['severity'] as string,
    status: row['status'] as StoredAlert['status'],
    late: row['late'] as boolean,
    measurement: row['measurement'] as string,
    value: row['value'] as number,
    openedAt: (row['opened_at'] as Date).toISOString(),
    openedBy: String(row['opened_by']),
    ...(clearedAt && {
      clearedAt: clearedAt.toISOString(),
      clearedBy: String(row['cleared_by']),
      ...(clearedValue !== null && { clearedValue }),
    }),
    ...(reopenedAt && {
      reopenedAt: reopenedAt.toISOString(),
      reopenedBy: String(row['reopened_by']),
      ...(reopenedValue !== null && { reopenedValue }),
    }),
    ruleVersion: row['rule_version'] as string,
  };
}

function historyLineOf(row: types.Row): HistoryLine {
  return {
    transition: row['transition'] as string,
    at: (row['at'] as Date).toISOString(),
    ...(row['value'] !== null && { value: row['value'] as number }),
    messageId: String(row['message_id']),
  };
}

const STATES = {
  claimed: 'being sent',
  postponed: 'to be tried again',
  sent: 'sent',
  failed: 'failed',
} as const;

/** A ledger entry as it is told. */
function toldIn(entry: types.Row): Pick<ToldLine, 'state' | 'at' | 'attempts' | 'detail'> {
  const settledAt = entry['settled_at'] as Date | null;
  const detail = entry['detail'] as string | null;
  return {
    state: STATES[entry['state'] as keyof typeof STATES],
    at: (settledAt ?? (entry['until'] as Date)).toISOString(),
    attempts: entry['attempts'] as number,
    ...(detail !== null && { detail }),
  };
}
