import { afterAll, beforeAll } from 'vitest';
import { CassandraAlertStore } from './cassandra-alert-store.js';
import { CassandraLedger } from './cassandra-ledger.js';
import { CassandraMarkStore } from './cassandra-mark-store.js';
import { CassandraPending } from './cassandra-pending.js';
import { describeLedger } from './testing/ledger-contract.js';
import { ownKeyspace } from './testing/real-services.js';
import { describeStore } from './testing/store-contract.js';
import { storedAlerts } from './testing/stored-alerts.js';

let cassandra: Awaited<ReturnType<typeof ownKeyspace>>;
beforeAll(async () => {
  cassandra = await ownKeyspace(process.env);
}, 60_000);
afterAll(() => cassandra.drop());

describeStore('Cassandra', () => {
  const { client, keyspace } = cassandra;
  return {
    alerts: new CassandraAlertStore(client, keyspace),
    marks: new CassandraMarkStore(client, keyspace),
    stored: async (vehicleId) => {
      const all = await storedAlerts(client, keyspace);
      const ofVehicle = (alerts: typeof all.alerts) =>
        alerts.filter((alert) => alert.vehicleId === vehicleId);
      const ids = new Set(ofVehicle(all.alerts).map(({ id }) => id));
      return {
        alerts: ofVehicle(all.alerts),
        history: all.history.filter((line) => ids.has(line.split(' ')[0] ?? '')),
        byDay: ofVehicle(all.byDay),
        open: ofVehicle(all.open),
      };
    },
  };
});

describeLedger('Cassandra', () => {
  const { client, keyspace } = cassandra;
  return {
    ledger: new CassandraLedger(client, keyspace),
    pending: new CassandraPending(client, keyspace),
    alerts: new CassandraAlertStore(client, keyspace),
  };
});
