import type { Signal } from '@navora/schemas';
import type { Marks, VehicleState } from '../alert.js';
import { Announcer } from '../announcer.js';
import { fold, stateAfter } from '../fold.js';
import type { Notice } from '../notice.js';
import type { Notifications } from '../notifications-file.js';
import { describeRule } from './a-signal.js';

/** For tests: what a run that nothing disturbs tells of these signals; overtaken ones are left out. */
export function noticesOf(signals: readonly Signal[], notifications: Notifications): Notice[] {
  const announcer = new Announcer(notifications, { of: () => -1 });
  const vehicles = new Map<string, { marks?: Marks; state?: VehicleState }>();
  const notices = new Map<string, Notice>();
  for (const signal of signals) {
    const { marks, state } = vehicles.get(signal.vehicleId) ?? {};
    const folded = fold(marks, state, signal, describeRule);
    const owes = folded.outcome === 'judged' && announcer.owes(state, signal);
    if (folded.changes.length === 0 && !owes) {
      vehicles.set(signal.vehicleId, { marks: folded.marks, ...(state && { state }) });
      continue;
    }
    const late = folded.outcome === 'late';
    const next = announcer.announced(state, stateAfter(state, signal, folded), signal, late);
    for (const notice of next.last.announcement?.notices ?? []) notices.set(notice.id, notice);
    for (const { id } of next.last.announcement?.withdrawn ?? []) notices.delete(id);
    vehicles.set(signal.vehicleId, { marks: folded.marks, state: next });
  }
  return [...notices.values()];
}
