import { types } from 'cassandra-driver';
import type { Alert } from './alert.js';

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
  'rule_version',
] as const;

/** What is absent is left unset rather than null: an alert only ever gains columns, and a null is a tombstone. */
export function alertValues(alert: Alert): unknown[] {
  return [
    alert.rule,
    alert.severity,
    alert.status,
    alert.late,
    alert.measurement,
    alert.value,
    new Date(alert.openedAt),
    alert.openedBy,
    alert.clearedAt === undefined ? types.unset : new Date(alert.clearedAt),
    alert.clearedBy ?? types.unset,
    alert.clearedValue ?? types.unset,
    alert.ruleVersion,
  ];
}

/** The UTC day an alert opened on. */
export function dayOf(alert: Alert): types.LocalDate {
  return types.LocalDate.fromDate(new Date(alert.openedAt));
}

export function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}
