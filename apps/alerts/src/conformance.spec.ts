import { describe } from 'vitest';
import type { Alert, Marks, VehicleState } from './alert.js';
import { fold, stateAfter } from './fold.js';
import { describeComplaints } from './testing/complaints.js';
import { describeRule } from './testing/a-signal.js';

describe('on the pure fold', () => {
  describeComplaints(async (deliveries) => {
    const marks = new Map<string, Marks>();
    const states = new Map<string, VehicleState>();
    const alerts = new Map<string, Alert>();
    const history: string[] = [];
    for (const signal of deliveries.flat()) {
      const state = states.get(signal.vehicleId);
      const folded = fold(marks.get(signal.vehicleId), state, signal, describeRule);
      marks.set(signal.vehicleId, folded.marks);
      if (folded.changes.length > 0) states.set(signal.vehicleId, stateAfter(state, signal, folded));
      for (const { transition, alert } of folded.changes) {
        alerts.set(alert.id, alert);
        history.push(`${alert.id} ${transition}`);
      }
    }
    return { alerts: [...alerts.values()], history };
  });
});
