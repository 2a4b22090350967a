import { ALERT_FIELDS, isLeftOver, keyOf } from './check-alerts.js';
import { type Check, fieldDifferences, type Witness } from './check.js';
import type { AlertRow, AlertViewRow } from './evidence.js';
import { groupBy } from './group-by.js';
import { OPEN_ALERT_BUCKETS, slotOf } from './placement.js';

export const alertViewsWrong: Check = {
  name: 'alert views wrong',
  invariant: 'I7',
  promise: 'the views of open alerts and of alerts by day agree with the alerts',
  needsQuiet: true,
  *find(file) {
    const { evidence, movedOn } = file;
    // A vehicle that sends on may change an alert between the look at the table and that at the view.
    const still = <T extends AlertRow>(rows: readonly T[]) =>
      movedOn.size === 0 && evidence.erasures.size === 0
        ? rows
        : rows.filter((row) => !movedOn.has(row.vehicleId) && !isLeftOver(row, file));
    const alerts = still(evidence.alerts);
    const open = alerts.filter((alert) => alert.status === 'open');
    const bucket = (alert: AlertRow) => String(slotOf(alert.vehicleId, OPEN_ALERT_BUCKETS));
    const day = (alert: AlertRow) => new Date(alert.openedAt).toISOString().slice(0, 10);
    yield* disagreements('open_alerts', open, still(evidence.openAlerts), bucket);
    yield* disagreements('alerts_by_day', alerts, still(evidence.alertsByDay), day);
  },
};

function* disagreements(
  view: string,
  alerts: readonly AlertRow[],
  rows: readonly AlertViewRow[],
  partitionOf: (alert: AlertRow) => string,
): Iterable<Witness> {
  const rowsOf = groupBy(rows, keyOf);
  for (const alert of alerts) {
    const expected: AlertViewRow = { ...alert, partition: partitionOf(alert) };
    const [row, ...more] = rowsOf.get(keyOf(alert)) ?? [];
    rowsOf.delete(keyOf(alert));
    const different = row && fieldDifferences(expected, row, ['partition', ...ALERT_FIELDS]);
    if (row === undefined) yield witness(view, 'not in the view', alert);
    else if (different) yield { ...witness(view, 'a view row unlike its alert', alert), ...different };
    for (const second of more) yield witness(view, 'twice in the view', second);
  }
  for (const [row] of rowsOf.values()) if (row) yield witness(view, 'left behind in the view', row);
}

function witness(view: string, what: string, alert: AlertRow): Witness {
  return {
    what,
    vehicleId: alert.vehicleId,
    messageId: alert.openedBy,
    at: `${view} ${alert.id}`,
    found: alert.rule,
    time: alert.openedAt,
  };
}
