import type { CassandraClient } from '@navora/cassandra';
import { partitionOf } from '@navora/kafka';
import { types } from 'cassandra-driver';

/** The alerts app keeps its view of open alerts in so many partitions, by the vehicle's hash. */
const OPEN_ALERT_BUCKETS = 16;

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

  async one(
    vehicleId: string,
    alertId: string,
  ): Promise<{ alert: StoredAlert; history: HistoryLine[] } | undefined> {
    const table = `${this.keyspace}.vehicle_alerts`;
    const [alert] = await this.alerts(
      `SELECT * FROM ${table} WHERE vehicle_id = ? AND kind = 'alert' AND id = ?`,
      [vehicleId, alertId],
    );
    if (!alert) return undefined;
    const lines = await this.rows(`SELECT * FROM ${table} WHERE vehicle_id = ? AND kind = 'history'`, [
      vehicleId,
    ]);
    const own = lines.filter((row) => String(row['alert_id']) === alertId);
    return { alert, history: own.map(historyLineOf) };
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
