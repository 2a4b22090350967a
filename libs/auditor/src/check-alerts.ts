import { expectedAlerts } from './expected-alerts.js';
import { type Check, fieldDifferences, type Witness } from './check.js';
import type { CaseFile } from './case-file.js';
import type { AlertHistoryRow, AlertRow } from './evidence.js';
import { groupBy } from './group-by.js';

/** How far the clocks of the bridge and of the auditor may be apart, and how long a heartbeat may take. */
const CLOCKS_APART_MS = 30_000;

const ABOUT_ALERTS = { invariant: 'I7', needsQuiet: true } as const;

export const alertsMissing: Check = {
  ...ABOUT_ALERTS,
  name: 'alerts missing',
  promise: 'every alert the rules demand is in the table',
  *find(file) {
    const found = byId(file.evidence.alerts);
    for (const { alert, mayBeMissing } of expectedAlerts(file)) {
      if (!mayBeMissing && !found.has(keyOf(alert)) && !file.isBeingErased(alert.vehicleId))
        yield witness('no such alert', alert, { expected: summary(alert) });
    }
  },
};

export const alertsExtra: Check = {
  ...ABOUT_ALERTS,
  name: 'alerts extra',
  promise: 'no alert is in the table that the rules do not demand',
  *find(file) {
    const expected = byId([...expectedAlerts(file)].map((it) => it.alert));
    for (const alert of file.evidence.alerts) {
      // A silence goes on while the tables are read.
      if (isLeftOver(alert, file)) continue;
      if (alert.measurement === 'silence' && alert.openedAt > file.evidence.cutAt - CLOCKS_APART_MS) continue;
      if (!file.headless.has(alert.vehicleId) && !expected.has(keyOf(alert)))
        yield witness('an alert without cause', alert, { found: summary(alert) });
    }
  },
};

export const alertsWrong: Check = {
  ...ABOUT_ALERTS,
  name: 'alerts wrong',
  promise: 'every alert opened and cleared when the rules say, and its history tells the same',
  *find(file) {
    const found = byId(file.evidence.alerts);
    const transitions = groupBy(file.evidence.alertHistory, (row) => `${row.vehicleId} ${row.alertId}`);
    for (const { alert: expected, before } of expectedAlerts(file)) {
      const alert = found.get(keyOf(expected));
      if (alert === undefined || file.isBeingErased(alert.vehicleId)) continue;
      const different = fieldDifferences(expected, alert, ALERT_FIELDS);
      const asBefore = before !== undefined && !fieldDifferences(before, alert, ALERT_FIELDS);
      if (different && !asBefore) yield witness('a wrong alert', alert, different);
      else if (!file.movedOn.has(alert.vehicleId))
        yield* wrongHistory(alert, expected.past ?? [], transitions.get(keyOf(alert)) ?? []);
    }
  },
};

/** Of a vehicle that was erased: a check of its own says whether it may stand. */
export function isLeftOver(alert: AlertRow, file: CaseFile): boolean {
  const { vehicleId, openedBy: messageId } = alert;
  return file.isBeingErased(vehicleId) || file.isOfErased({ vehicleId, messageId });
}

export const ALERT_FIELDS = [
  ...(['rule', 'severity', 'status', 'late', 'measurement', 'value'] as const),
  ...(['openedAt', 'openedBy', 'clearedAt', 'clearedBy', 'clearedValue'] as const),
  ...(['reopenedAt', 'reopenedBy', 'reopenedValue'] as const),
];

/** The history is held against the alert itself, which is held against the rules, and what it overwrote. */
function* wrongHistory(
  alert: AlertRow,
  past: readonly AlertHistoryRow[],
  found: readonly AlertHistoryRow[],
): Iterable<Witness> {
  const missing = transitionsOf(alert, past);
  for (const row of found) {
    const index = missing.findIndex((it) => it.transition === row.transition);
    const [expected] = index < 0 ? [] : missing.splice(index, 1);
    const different = expected && fieldDifferences(expected, row, ['at', 'value', 'messageId']);
    if (expected === undefined)
      yield witness('a transition that never was', alert, { found: row.transition });
    else if (different) yield witness(`a wrong transition (${row.transition})`, alert, different);
  }
  for (const { transition } of missing) yield witness('no such transition', alert, { expected: transition });
}

function transitionsOf(alert: AlertRow, past: readonly AlertHistoryRow[]): AlertHistoryRow[] {
  const { vehicleId, id: alertId, value, openedAt: at, openedBy: messageId } = alert;
  const opening = { vehicleId, alertId, at, messageId, ...(value === undefined ? {} : { value }) };
  if (alert.late) return [{ ...opening, transition: 'recorded-late' }];
  const transitions: AlertHistoryRow[] = [{ ...opening, transition: 'opened' }, ...past];
  if (alert.reopenedAt !== undefined) {
    const { reopenedAt, reopenedBy = '', reopenedValue } = alert;
    const reopened = { vehicleId, alertId, transition: 'reopened', at: reopenedAt, messageId: reopenedBy };
    transitions.push(reopenedValue === undefined ? reopened : { ...reopened, value: reopenedValue });
  }
  if (alert.clearedAt !== undefined) {
    const clearing = { at: alert.clearedAt, messageId: alert.clearedBy ?? '' };
    const cleared = { vehicleId, alertId, transition: 'cleared', ...clearing };
    transitions.push(alert.clearedValue === undefined ? cleared : { ...cleared, value: alert.clearedValue });
  }
  return transitions;
}

export const keyOf = (alert: AlertRow) => `${alert.vehicleId} ${alert.id}`;
const byId = (alerts: Iterable<AlertRow>) => new Map([...alerts].map((alert) => [keyOf(alert), alert]));

const summary = (alert: AlertRow) =>
  `${alert.rule}, ${alert.status}${alert.late ? ', late' : ''}, ${alert.measurement} ${alert.value ?? 'unknown'}`;

function witness(what: string, alert: AlertRow, difference: { expected?: string; found?: string }): Witness {
  return {
    what,
    vehicleId: alert.vehicleId,
    messageId: alert.openedBy,
    at: `vehicle_alerts ${alert.id}`,
    ...difference,
    time: alert.openedAt,
  };
}
