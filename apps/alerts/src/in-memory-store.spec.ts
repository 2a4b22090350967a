import { InMemoryStore } from './testing/in-memory-store.js';
import { InMemoryLedger, InMemoryPending } from './testing/in-memory-ledger.js';
import { describeLedger } from './testing/ledger-contract.js';
import { describeStore } from './testing/store-contract.js';

describeStore('in memory', () => {
  const store = new InMemoryStore();
  return {
    alerts: store,
    marks: store,
    stored: async (vehicleId) => ({
      alerts: [...store.alerts.values()].filter((alert) => alert.vehicleId === vehicleId),
      history: store.history.map(({ alertId, transition }) => `${alertId} ${transition}`),
      byDay: store.alertsByDay,
      open: store.openAlerts,
    }),
  };
});

describeLedger('in memory', () => {
  const alerts = new InMemoryStore();
  return { ledger: new InMemoryLedger(), pending: new InMemoryPending(alerts), alerts };
});
