import { measured } from './content.js';
import type { AlertRow, BodyReading } from './evidence.js';
import { alertIdOf } from './ids.js';
import { outcomeOf, type Rule } from './rules.js';

/**
 * The alerts of one vehicle: a plain fold over the first occurrences of its readings, in offset order, without
 * those dead-lettered or clock-suspect.
 */
export function foldAlerts(readings: Iterable<BodyReading>, rules: readonly Rule[]): AlertRow[] {
  const alerts: AlertRow[] = [];
  const openAt = new Map<string, number>();
  let highest: BodyReading | undefined;
  for (const reading of readings) {
    const late = highest !== undefined && !follows(reading, highest);
    if (!late) highest = reading;
    for (const rule of rules) {
      const value = measured(reading.content, rule.measurement);
      if (value === undefined) continue;
      const outcome = outcomeOf(rule, value);
      const index = openAt.get(rule.id);
      if (late) {
        if (outcome === 'breach') alerts.push(cleared(opened(reading, rule, value, true), reading, value));
      } else if (outcome === 'breach' && index === undefined) {
        openAt.set(rule.id, alerts.push(opened(reading, rule, value, false)) - 1);
      } else if (outcome === 'normal' && index !== undefined) {
        const alert = alerts[index];
        if (alert !== undefined) alerts[index] = cleared(alert, reading, value);
        openAt.delete(rule.id);
      }
    }
  }
  return alerts;
}

/** Whether one order key (recordedAt, message id) is above another. */
export function follows(one: BodyReading, other: BodyReading): boolean {
  if (one.recordedAt !== other.recordedAt) return one.recordedAt > other.recordedAt;
  return one.messageId > other.messageId;
}

function opened(reading: BodyReading, rule: Rule, value: number, late: boolean): AlertRow {
  return {
    vehicleId: reading.vehicleId,
    id: alertIdOf(reading.vehicleId, rule.id, reading.recordedAt, reading.messageId),
    rule: rule.id,
    ...(rule.severity === undefined ? {} : { severity: rule.severity }),
    status: 'open',
    late,
    measurement: rule.measurement,
    value,
    openedAt: reading.recordedAt,
    openedBy: reading.messageId,
  };
}

function cleared(alert: AlertRow, by: BodyReading, clearedValue: number): AlertRow {
  return { ...alert, status: 'cleared', clearedAt: by.recordedAt, clearedBy: by.messageId, clearedValue };
}
