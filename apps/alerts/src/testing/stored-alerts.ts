import type { CassandraClient } from '@navora/cassandra';
import type { types } from 'cassandra-driver';
import type { Alert, Severity } from '../alert.js';

type Row = types.Row;

/** For tests: everything the tables say about alerts, whatever the vehicle. */
export async function storedAlerts(client: CassandraClient, keyspace: string) {
  const all = async (table: string): Promise<Row[]> => {
    const rows: Row[] = [];
    for await (const row of await client.execute(`SELECT * FROM ${keyspace}.${table}`, [], {
      prepare: true,
      fetchSize: 1000,
    }))
      rows.push(row);
    return rows;
  };
  const own = await all('vehicle_alerts');
  return {
    alerts: own.filter((row) => row['kind'] === 'alert').map((row) => alertOf(row, 'id')),
    history: own
      .filter((row) => row['kind'] === 'history')
      .map((row) => `${String(row['alert_id'])} ${row['transition'] as string}`),
    byDay: (await all('alerts_by_day')).map((row) => alertOf(row, 'alert_id')),
    open: (await all('open_alerts')).map((row) => alertOf(row, 'alert_id')),
  };
}

function alertOf(row: Row, idColumn: string): Alert {
  const clearedAt = row['cleared_at'] as Date | null;
  const clearedValue = row['cleared_value'] as number | null;
  const reopenedAt = row['reopened_at'] as Date | null;
  const reopenedValue = row['reopened_value'] as number | null;
  return {
    id: String(row[idColumn]),
    vehicleId: row['vehicle_id'] as string,
    rule: row['rule'] as string,
    severity: row['severity'] as Severity,
    measurement: row['measurement'] as string,
    status: row['status'] as Alert['status'],
    late: row['late'] as boolean,
    value: row['value'] as number,
    openedAt: (row['opened_at'] as Date).getTime(),
    openedBy: String(row['opened_by']),
    ...(clearedAt && {
      clearedAt: clearedAt.getTime(),
      clearedBy: String(row['cleared_by']),
      ...(clearedValue !== null && { clearedValue }),
    }),
    ...(reopenedAt && {
      reopenedAt: reopenedAt.getTime(),
      reopenedBy: String(row['reopened_by']),
      ...(reopenedValue !== null && { reopenedValue }),
    }),
    ruleVersion: row['rule_version'] as string,
  };
}
