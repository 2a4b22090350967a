import type { Evidence } from './evidence.js';
import { judge } from './judge.js';
import type { AuditReport } from './report.js';
import { Slices } from './slices.js';

/** For tests: judges evidence as an audit does that keeps it in so many slices. */
export function judgeBySlices(evidence: Evidence, count: number): Promise<AuditReport> {
  const { history } = evidence;
  return judge({ ...evidence, startedAt: history.startedAt }, cut(evidence, count));
}

function cut(evidence: Evidence, count: number): Evidence[] {
  const slices = new Slices(count, evidence.settings.mqttTopicPattern);
  for (const { topic, vehicleId, deadLetterId } of evidence.history.sent)
    if (!slices.namesItsVehicle(topic, vehicleId)) slices.sentAstray(vehicleId, deadLetterId);
  return Array.from({ length: count }, (_, slice) => {
    const isIn = (vehicleId: string) => slices.ofVehicle(vehicleId) === slice;
    const own = <T extends { vehicleId: string }>(all: readonly T[]) =>
      all.filter((it) => isIn(it.vehicleId));
    const recorded = <T extends Evidence['records']>(all: T) =>
      all.filter((record) => slices.ofRecord(record).includes(slice));
    return {
      ...evidence,
      history: {
        ...evidence.history,
        vehicles: new Set([...evidence.history.vehicles].filter(isIn)),
        sent: own(evidence.history.sent),
      },
      records: recorded(evidence.records),
      later: recorded(evidence.later),
      deadLetters: evidence.deadLetters.filter((letter) => slices.ofLetter(letter) === slice),
      signals: own(evidence.signals),
      rows: own(evidence.rows),
      latest: new Map([...evidence.latest].filter(([vehicleId]) => isIn(vehicleId))),
      alerts: own(evidence.alerts),
      alertHistory: own(evidence.alertHistory),
      alertsByDay: own(evidence.alertsByDay),
      openAlerts: own(evidence.openAlerts),
    };
  });
}
