import { InMemoryStore } from './testing/in-memory-store.js';
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
