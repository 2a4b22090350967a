import { foldAlerts } from './alert-fold.js';
import * as world from './a-good-world.js';
import { findingOf } from './clauses.js';
import type { AlertHistoryRow, BodyReading, Evidence, SignalRecord } from './evidence.js';
import { messageIdOf } from './ids.js';
import { OPEN_ALERT_BUCKETS, slotOf } from './placement.js';
import type { FoldedAlert } from './rule-life.js';
import { parseRules, type Rule } from './rules.js';

export const VEHICLE = 'reefer-7';

/** What it measured, `at` so many seconds after the start. */
export type Journey = readonly { readonly at: number; readonly [name: string]: unknown }[];

/**
 * A vehicle whose every promise was kept but perhaps one: its signals are by the true rules, its alerts as if
 * these others were true.
 */
export function worldOf(rulesText: string, journey: Journey, alertsAsUnder = rulesText): Evidence {
  const rules = parseRules(rulesText, 'rules.yaml');
  const sent = journey.map(({ at, ...measured }, index) => {
    const messageId = messageIdOf(VEHICLE, Buffer.of(index));
    const body = { messageId, recordedAt: world.START + at * 1000, ...measured };
    return world.aSent(VEHICLE, index + 1, JSON.stringify(body));
  });
  const records = sent.map((one, index) => world.aRecord(one, BigInt(index)));
  const rows = records.map(world.aRow);
  const end = BigInt(records.length);
  const readings = records.map(world.readingOf);
  const newest = readings.reduce((one, other) => (other.recordedAt > one.recordedAt ? other : one));
  const alerts = foldAlerts(readings, parseRules(alertsAsUnder, 'rules.yaml'));
  const plain = alerts.map(({ past: _, ...alert }) => alert);
  return {
    ...world.aGoodWorld(),
    history: { vehicles: new Set([VEHICLE]), sent, startedAt: world.START },
    ...{ records, rows, rules, deadLetters: [] },
    ends: new Map([[0, end]]),
    committed: new Map([[0, end]]),
    commits: [world.aCommit(end, world.START + 10_000)],
    signals: rows.map((row, index) => ({
      ...world.aSignal({ ...row, content: new Map() }, BigInt(index)),
      ...judged(row, rules),
    })),
    latest: new Map([[VEHICLE, newest]]),
    alerts: plain,
    alertHistory: alerts.flatMap(historyOf),
    alertsByDay: plain.map((alert) => ({
      ...alert,
      partition: new Date(alert.openedAt).toISOString().slice(0, 10),
    })),
    openAlerts: plain
      .filter(({ status }) => status === 'open')
      .map((alert) => ({ ...alert, partition: String(slotOf(VEHICLE, OPEN_ALERT_BUCKETS)) })),
  };
}

function judged(said: BodyReading, rules: readonly Rule[]): Pick<SignalRecord, 'verdicts' | 'off'> {
  const found = rules.map((rule) => ({ rule: rule.id, found: findingOf(rule, said) }));
  return {
    verdicts: found.flatMap(({ rule, found: it }) =>
      it === undefined || it === 'off'
        ? []
        : [{ rule, outcome: it.finding.outcome, value: it.finding.value }],
    ),
    off: found.flatMap(({ rule, found: it }) => (it === 'off' ? [rule] : [])),
  };
}

function historyOf(alert: FoldedAlert): AlertHistoryRow[] {
  const { vehicleId, id: alertId, past = [] } = alert;
  const row = (transition: string, at: number, messageId = '', value?: number) => ({
    ...{ vehicleId, alertId, transition, at, messageId },
    ...(value === undefined ? {} : { value }),
  });
  const opening = row(alert.late ? 'recorded-late' : 'opened', alert.openedAt, alert.openedBy, alert.value);
  if (alert.late) return [opening];
  return [
    opening,
    ...past,
    ...(alert.reopenedAt === undefined
      ? []
      : [row('reopened', alert.reopenedAt, alert.reopenedBy, alert.reopenedValue)]),
    ...(alert.clearedAt === undefined
      ? []
      : [row('cleared', alert.clearedAt, alert.clearedBy, alert.clearedValue)]),
  ];
}
