import type { HistoryLine, StoredAlert } from './stored-alerts.js';

/** Alerts as a table for people. */
export function alertTable(alerts: readonly StoredAlert[]): string {
  const head = ['VEHICLE', 'RULE', 'SEVERITY', 'VALUE', 'SINCE', 'STATE', 'ALERT'];
  const rows = alerts.map((alert) => [
    alert.vehicleId,
    alert.rule,
    alert.severity,
    String(alert.value),
    alert.openedAt,
    stateOf(alert),
    alert.id,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One alert with all that is known of it, and how it came about. */
export function alertStory(alert: StoredAlert, history: readonly HistoryLine[]): string {
  const facts: [string, string][] = [
    ['alert', alert.id],
    ['vehicle', alert.vehicleId],
    ['rule', `${alert.rule} (${alert.measurement}, rules ${alert.ruleVersion})`],
    ['severity', alert.severity],
    ['state', stateOf(alert)],
    ['value', `${alert.value} when it opened${clearedValueOf(alert)}`],
  ];
  const lines = history.map(
    ({ at, transition, value, messageId }) =>
      `  ${at}  ${transition}${value === undefined ? '' : `  ${value}`}  by reading ${messageId}`,
  );
  return [...facts.map(([name, fact]) => `${name.padEnd(9)} ${fact}`), 'history', ...lines].join('\n');
}

function stateOf({ status, late, clearedAt, reopenedAt }: StoredAlert): string {
  if (late) return 'recorded late';
  if (status === 'open') return reopenedAt === undefined ? 'open' : `open again since ${reopenedAt}`;
  return `cleared ${clearedAt ?? ''}`.trimEnd();
}

function clearedValueOf({ clearedValue, late }: StoredAlert): string {
  return clearedValue === undefined || late ? '' : `, ${clearedValue} when it cleared`;
}
