import { type CaseFile, openCaseFile } from './case-file.js';
import { alertViewsWrong } from './check-alert-views.js';
import { alertsExtra, alertsMissing, alertsWrong } from './check-alerts.js';
import { deadLettersWrong } from './check-dead-letters.js';
import { duplicated } from './check-duplicated.js';
import { invented } from './check-invented.js';
import { lag } from './check-lag.js';
import { lost } from './check-lost.js';
import { offsetsUnresolved } from './check-offsets.js';
import { outOfOrder } from './check-order.js';
import { signalsMissing, signalsOutOfOrder, signalsWrong } from './check-signals.js';
import { wrongVehicle } from './check-vehicle.js';
import type { Check, Witness } from './check.js';
import type { Evidence } from './evidence.js';
import type { AuditReport, CheckResult, Totals, Verdict } from './report.js';

const WITNESSES = 5;

export const CHECKS: readonly Check[] = [
  ...[lost, duplicated, outOfOrder, invented, offsetsUnresolved],
  ...[signalsMissing, signalsWrong, signalsOutOfOrder],
  ...[alertsMissing, alertsExtra, alertsWrong, alertViewsWrong],
  ...[deadLettersWrong, wrongVehicle, lag],
];

/** Judges the evidence, and nothing but the evidence. */
export function judge(evidence: Evidence): AuditReport {
  const file = openCaseFile(evidence);
  const checks = CHECKS.map((check) => run(check, file));
  const broken = checks.filter((check) => check.verdict === 'broken').map((check) => check.name);
  return { held: broken.length === 0, broken, totals: totalsOf(file), checks, notes: notesOn(evidence) };
}

function run(check: Check, file: CaseFile): CheckResult {
  const { name, invariant, promise } = check;
  const behind = file.evidence.lags.length > 0;
  if (behind && check.needsQuiet)
    return { name, invariant, promise, verdict: 'not judged', count: 0, witnesses: [] };
  let count = 0;
  const witnesses: Witness[] = [];
  for (const witness of check.find(file)) if (count++ < WITNESSES) witnesses.push(witness);
  return { name, invariant, promise, verdict: verdictOn(check, count, file), count, witnesses };
}

function verdictOn(check: Check, count: number, file: CaseFile): Verdict {
  if (count === 0) return 'held';
  return check === lag && !file.evidence.waited ? 'not judged' : 'broken';
}

function totalsOf(file: CaseFile): Totals {
  const { history, records, rows, deadLetters, signals, alerts } = file.evidence;
  const letters = new Map(deadLetters.map((letter) => [letter.id, letter.reason]));
  const deadLettersByReason: Record<string, number> = {};
  for (const reason of letters.values()) deadLettersByReason[reason] = (deadLettersByReason[reason] ?? 0) + 1;
  const unread = records.filter((record) => 'bad' in record.judged).length;
  return {
    vehicles: history.vehicles.size,
    attempted: history.sent.length,
    acknowledged: history.sent.filter((sent) => sent.acknowledgedAt !== undefined).length,
    inKafka: records.length,
    redelivered: records.length - unread - file.readingById.size,
    rows: rows.length,
    deadLetters: letters.size,
    deadLettersByReason,
    signals: signals.length,
    alerts: alerts.length,
  };
}

function notesOn({ starts, records, history, lags }: Evidence): string[] {
  const notes = [];
  if (history.sent.length === 0) notes.push('the history is empty: there was nothing to check');
  if (records.some((record) => (starts.get(record.partition) ?? 0n) > 0n)) {
    notes.push('Kafka has dropped its oldest records: alerts are folded over what is left');
  }
  if (lags.length > 0)
    notes.push('consumers are behind: alerts were not judged, nor what is not committed yet');
  return notes;
}
