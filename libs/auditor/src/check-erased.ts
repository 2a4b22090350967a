import type { CaseFile } from './case-file.js';
import { atTime, type Check, type Witness } from './check.js';
import type { AlertRow } from './evidence.js';
import { placeText } from './ids.js';

/** Two machines' clocks, and a signal that was handed over before the fence was seen. */
const CLOCKS_APART_MS = 30_000;

export const erasedLeft: Check = {
  name: 'erased left',
  invariant: 'I14',
  promise: 'of a vehicle that was erased nothing stands that was received up to its fence',
  *find(file) {
    const { rows, latest, alerts, alertHistory, alertsByDay, openAlerts } = file.evidence;
    const isDone = (vehicleId: string) =>
      file.evidence.erasures.get(vehicleId)?.completedAt !== undefined && file.isOurs(vehicleId);
    if (file.evidence.erasures.size === 0) return;
    for (const { vehicleId, messageId, receivedAt } of rows)
      if (isDone(vehicleId) && file.isBehindFence(vehicleId, receivedAt))
        yield witness(file, { vehicleId, messageId, at: 'readings', time: receivedAt });
    for (const state of latest.values())
      if (isDone(state.vehicleId) && file.isOfErased(state))
        yield witness(file, { ...state, at: 'latest_readings', time: state.recordedAt });
    yield* leftAlerts(file, 'vehicle_alerts', alerts, isDone);
    yield* leftAlerts(file, 'alerts_by_day', alertsByDay, isDone);
    yield* leftAlerts(file, 'open_alerts', openAlerts, isDone);
    for (const { vehicleId, messageId, alertId, at: time } of alertHistory)
      if (isDone(vehicleId) && file.isOfErased({ vehicleId, messageId }))
        yield witness(file, { vehicleId, messageId, at: `vehicle_alerts history of ${alertId}`, time });
    yield* signalsAfterwards(file);
  },
};

function* leftAlerts(
  file: CaseFile,
  table: string,
  alerts: readonly AlertRow[],
  isDone: (vehicleId: string) => boolean,
): Iterable<Witness> {
  for (const { vehicleId, id, openedBy: messageId, openedAt: time } of alerts)
    if (isDone(vehicleId) && file.isOfErased({ vehicleId, messageId }))
      yield witness(file, { vehicleId, messageId, at: `${table} ${id}`, time });
}

/** Kafka keeps those of before for a while; a new one comes from a service that did not ask. */
function* signalsAfterwards(file: CaseFile): Iterable<Witness> {
  for (const signal of file.evidence.signals) {
    const { vehicleId, messageId, receivedAt, sentAt } = signal;
    const completedAt = file.evidence.erasures.get(vehicleId)?.completedAt;
    if (completedAt === undefined || !file.isOurs(vehicleId)) continue;
    if (!file.isBehindFence(vehicleId, receivedAt) || sentAt <= completedAt + CLOCKS_APART_MS) continue;
    yield witness(file, { vehicleId, messageId, at: placeText(signal), time: sentAt });
  }
}

function witness(
  file: CaseFile,
  about: { vehicleId: string; messageId: string; at: string; time: number },
): Witness {
  const { erasedAt = NaN, completedAt = NaN } = file.evidence.erasures.get(about.vehicleId) ?? {};
  const { vehicleId, messageId, at, time } = about;
  return {
    what: 'of an erased reading',
    ...{ vehicleId, messageId, at, time },
    expected: `nothing that was received until ${atTime(erasedAt)}, since ${atTime(completedAt)}`,
  };
}
