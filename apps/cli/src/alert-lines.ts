import type { AlertAction, Care } from './alert-actions.js';
import type { HistoryLine, StoredAlert, ToldLine } from './stored-alerts.js';

/** An alert and how it stands with people. */
export type CaredAlert = StoredAlert & Care;

export interface Story {
  readonly history: readonly HistoryLine[];
  readonly actions: readonly AlertAction[];
  readonly notifications: readonly ToldLine[];
}

/** Alerts as a table for people. */
export function alertTable(alerts: readonly CaredAlert[]): string {
  const head = [
    'VEHICLE',
    'RULE',
    'SEVERITY',
    'VALUE',
    'SINCE',
    'STATE',
    'ACKNOWLEDGED',
    'ASSIGNEE',
    'ALERT',
  ];
  const rows = alerts.map((alert) => [
    alert.vehicleId,
    alert.rule,
    alert.severity,
    String(alert.value),
    alert.openedAt,
    stateOf(alert),
    alert.acknowledgedBy ?? '-',
    alert.assignee ?? '-',
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

/** One alert with all that is known of it: how it came about, who did what about it, who was told. */
export function alertStory(alert: CaredAlert, { history, actions, notifications }: Story): string {
  const facts: [string, string][] = [
    ['alert', alert.id],
    ['vehicle', alert.vehicleId],
    ['rule', `${alert.rule} (${alert.measurement}, rules ${alert.ruleVersion})`],
    ['severity', alert.severity],
    ['state', stateOf(alert)],
    ['value', `${alert.value} when it opened${clearedValueOf(alert)}`],
    [
      'seen',
      alert.acknowledgedBy ? `by ${alert.acknowledgedBy} at ${alert.acknowledgedAt ?? ''}` : 'by nobody yet',
    ],
    ['assignee', alert.assignee ?? 'nobody'],
  ];
  // What vehicles did by their clocks, what people did by theirs.
  const lines = [
    ...history.map(({ at, transition, value, messageId }) => ({
      at,
      line: `  ${at}  ${transition}${value === undefined ? '' : `  ${value}`}  by reading ${messageId}`,
    })),
    ...actions.map((action) => ({ at: action.at, line: `  ${action.at}  ${deedOf(action)}` })),
  ].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  return [
    ...facts.map(([name, fact]) => `${name.padEnd(9)} ${fact}`),
    'history',
    ...lines.map(({ line }) => line),
    ...(notifications.length > 0 ? ['told', ...notifications.map(toldLine)] : []),
  ].join('\n');
}

function deedOf({ action, by, assignee, comment }: AlertAction): string {
  const said = comment === undefined ? '' : `: ${comment}`;
  switch (action) {
    case 'acknowledge':
      return `acknowledged by ${by}${said}`;
    case 'assign':
      return `assigned to ${assignee ?? 'nobody'} by ${by}${said}`;
    case 'comment':
      return `comment by ${by}${said}`;
  }
}

function toldLine({ transition, channel, audience, state, at, attempts, detail }: ToldLine): string {
  const how = attempts !== undefined && attempts > 1 ? ` (${attempts} attempts)` : '';
  const words = `${transition} to ${audience} by ${channel}: ${state}${how}`;
  return `  ${at}  ${words}${detail === undefined ? '' : `, ${detail}`}`;
}

function stateOf({ status, late, clearedAt, reopenedAt }: StoredAlert): string {
  if (late) return 'recorded late';
  if (status === 'open') return reopenedAt === undefined ? 'open' : `open again since ${reopenedAt}`;
  return `cleared ${clearedAt ?? ''}`.trimEnd();
}

function clearedValueOf({ clearedValue, late }: StoredAlert): string {
  return clearedValue === undefined || late ? '' : `, ${clearedValue} when it cleared`;
}
