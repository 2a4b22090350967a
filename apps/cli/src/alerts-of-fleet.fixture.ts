import type { CassandraClient } from '@navora/cassandra';
import { StoredAlerts, type HistoryLine, type StoredAlert } from './stored-alerts.js';

export interface RaisedAlert extends StoredAlert {
  history: HistoryLine[];
}

/** Every alert that the vehicles of this prefix ever had, with its history, by id: what two runs are compared by. */
export async function alertsOfFleet(
  cassandra: CassandraClient,
  keyspace: string,
  prefix: string,
): Promise<RaisedAlert[]> {
  const alerts = new StoredAlerts(cassandra, keyspace);
  const vehicles: string[] = [];
  for await (const row of await cassandra.execute(
    `SELECT DISTINCT vehicle_id FROM ${keyspace}.vehicle_alerts`,
  ))
    if (String(row['vehicle_id']).startsWith(`${prefix}-`)) vehicles.push(String(row['vehicle_id']));
  const raised: RaisedAlert[] = [];
  for (const vehicle of vehicles) {
    for (const { id } of await alerts.ofVehicle(vehicle)) {
      const found = await alerts.one(vehicle, id);
      if (found) raised.push({ ...found.alert, history: found.history });
    }
  }
  return raised.sort((one, other) => (one.id < other.id ? -1 : 1));
}
