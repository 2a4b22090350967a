import type { Signal } from '@navora/schemas';
import { describe } from 'vitest';
import type { Alert, Marks, VehicleState } from './alert.js';
import { fold, stateAfter, type Folded } from './fold.js';
import { effectOfSilence } from './silence.js';
import { describeComplaintsAboutSilence } from './testing/complaints-about-silence.js';
import { describeComplaints } from './testing/complaints.js';
import type { Raise } from './testing/drive.js';
import { describeRule } from './testing/a-signal.js';

describe('on the pure fold', () => {
  const raise: Raise = async (deliveries) => {
    const marks = new Map<string, Marks>();
    const states = new Map<string, VehicleState>();
    const alerts = new Map<string, Alert>();
    const history: string[] = [];
    const take = (vehicleId: string, { signal, folded }: { signal: Signal; folded: Folded }) => {
      marks.set(vehicleId, folded.marks);
      if (folded.changes.length > 0) states.set(vehicleId, stateAfter(states.get(vehicleId), signal, folded));
      for (const { transition, alert } of folded.changes) {
        alerts.set(alert.id, alert);
        history.push(`${alert.id} ${transition}`);
      }
    };
    for (const one of deliveries.flat()) {
      if ('vehicleId' in one) {
        const { vehicleId } = one;
        const folded = fold(marks.get(vehicleId), states.get(vehicleId), one, describeRule);
        take(vehicleId, { signal: one, folded });
        continue;
      }
      for (const [vehicleId, own] of marks) {
        const effect = effectOfSilence(vehicleId, own, one);
        if (effect) take(vehicleId, effect);
      }
    }
    return { alerts: [...alerts.values()], history };
  };
  describeComplaints(raise);
  describeComplaintsAboutSilence(raise);
});
