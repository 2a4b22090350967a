import { types } from 'cassandra-driver';
import type { Alert, Change } from './alert.js';

/** Columns of an alert that every table of alerts has, whatever its key. */
export const ALERT_COLUMNS = [
  'rule',
  'severity',
  'status',
  'late',
  'measurement',
  'value',
  'opened_at',
  'opened_by',
  'cleared_at',
  'cleared_by',
  'cleared_value',
  'reopened_at',
  'reopened_by',
  'reopened_value',
  'rule_version',
] as const;

/**
 * What is absent is left unset rather than null, which is a tombstone: until it is reopened, an alert only ever
 * gains columns.
 */
export function alertValues(alert: Alert): unknown[] {
  const absent = alert.reopenedAt === undefined ? types.unset : null;
  return [
    alert.rule,
    alert.severity,
    alert.status,
    alert.late,
    alert.measurement,
    alert.value,
    new Date(alert.openedAt),
    alert.openedBy,
    alert.clearedAt === undefined ? absent : new Date(alert.clearedAt),
    alert.clearedBy ?? absent,
    alert.clearedValue ?? absent,
    alert.reopenedAt === undefined ? absent : new Date(alert.reopenedAt),
    alert.reopenedBy ?? absent,
    alert.reopenedValue ?? absent,
    alert.ruleVersion,
  ];
}

/** When a change came about, by which reading, and what that measured, if it was of the same measurement. */
export function causeOf({ transition, alert }: Change): { at: Date; by: string; value: number | undefined } {
  switch (transition) {
    case 'cleared':
      return cause(alert.clearedAt, alert.clearedBy, alert.clearedValue);
    case 'reopened':
      return cause(alert.reopenedAt, alert.reopenedBy, alert.reopenedValue);
    default:
      return cause(alert.openedAt, alert.openedBy, alert.value);
  }
}

function cause(at = Number.NaN, by = '', value: number | undefined) {
  return { at: new Date(at), by, value };
}

/** The UTC day an alert opened on. */
export function dayOf(alert: Alert): types.LocalDate {
  return types.LocalDate.fromDate(new Date(alert.openedAt));
}

export function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}
