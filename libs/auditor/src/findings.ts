import { type CaseFile, idKey, openCaseFile } from './case-file.js';
import type { Check, Witness } from './check.js';
import type { Evidence, Span } from './evidence.js';
import type { Totals } from './report.js';

const WITNESSES = 5;

/** What checks found, added up over the slices; keeps the first witnesses only. */
export class Findings {
  private readonly byCheck = new Map<string, { count: number; witnesses: Witness[] }>();
  private sums: Totals | undefined;

  /** Judges one slice; nothing of it is kept but counts and witnesses. */
  judge(evidence: Evidence, checks: readonly Check[]): { headless: number; movedOn: number } {
    const file = openCaseFile(evidence);
    for (const check of checks) {
      if (check.needsQuiet && evidence.lags.length > 0) continue;
      for (const witness of check.find(file)) this.add(check.name, inTime(witness, file), evidence.range);
    }
    const totals = totalsOf(file);
    this.sums = this.sums === undefined ? totals : sumOf(this.sums, totals);
    return { headless: file.headless.size, movedOn: file.movedOn.size };
  }

  add(check: string, witness: Witness, { from, to }: Span): void {
    if (witness.time !== undefined && (witness.time < from || witness.time > to)) return;
    const found = this.byCheck.get(check) ?? { count: 0, witnesses: [] };
    this.byCheck.set(check, found);
    found.count++;
    const { witnesses } = found;
    const last = witnesses.at(-1);
    if (witnesses.length === WITNESSES && last && compare(witness, last) >= 0) return;
    witnesses.push(witness);
    witnesses.sort(compare);
    witnesses.splice(WITNESSES);
  }

  of(check: string): { count: number; witnesses: readonly Witness[] } {
    return this.byCheck.get(check) ?? { count: 0, witnesses: [] };
  }

  totals(): Totals {
    return this.sums ?? NOTHING;
  }
}

/** Readings are ordered, and chosen by a time range, by when they were sent. */
function inTime(witness: Witness, file: CaseFile): Witness {
  const { vehicleId, messageId } = witness;
  if (vehicleId === undefined || messageId === undefined) return witness;
  const times = (file.sentById.get(idKey({ vehicleId, messageId })) ?? []).map((sent) => sent.firstSentAt);
  return times.length === 0 ? witness : { ...witness, time: Math.min(...times) };
}

function compare(one: Witness, other: Witness): number {
  return (one.time ?? Infinity) - (other.time ?? Infinity) || (textOf(one) < textOf(other) ? -1 : 1);
}

const textOf = ({ vehicleId, at, what }: Witness) => `${vehicleId} ${at} ${what}`;

function totalsOf(file: CaseFile): Totals {
  const { history, records, rows, deadLetters, signals, alerts, range, cutAt } = file.evidence;
  const letters = new Map(deadLetters.map((letter) => [letter.id, letter.reason]));
  const deadLettersByReason: Record<string, number> = {};
  for (const reason of letters.values()) deadLettersByReason[reason] = (deadLettersByReason[reason] ?? 0) + 1;
  const until = Math.min(range.to, cutAt);
  const sent = history.sent.filter((it) => it.firstSentAt >= range.from && it.firstSentAt <= until);
  const readings = new Set<string>();
  let repeated = 0;
  for (const { judged } of records) {
    if ('bad' in judged || !file.isOurs(judged.reading.vehicleId)) continue;
    const key = `${idKey(judged.reading)} ${judged.reading.recordedAt}`;
    if (readings.has(key)) repeated++;
    readings.add(key);
  }
  return {
    vehicles: history.vehicles.size,
    attempted: sent.length,
    acknowledged: sent.filter((it) => it.acknowledgedAt !== undefined).length,
    inKafka: records.filter((record) => file.isOurs(record.key)).length,
    erased: records.filter(
      (record) => file.isOurs(record.key) && file.isErased(record) && !file.deadLetterOf(record),
    ).length,
    redelivered: repeated,
    rows: rows.length,
    deadLetters: letters.size,
    deadLettersByReason,
    signals: signals.length,
    alerts: alerts.length,
  };
}

const NOTHING: Totals = {
  ...{ vehicles: 0, attempted: 0, acknowledged: 0, inKafka: 0, redelivered: 0, erased: 0, rows: 0 },
  ...{ deadLetters: 0, deadLettersByReason: {}, signals: 0, alerts: 0 },
};

function sumOf(one: Totals, other: Totals): Totals {
  const deadLettersByReason = { ...one.deadLettersByReason };
  for (const [reason, count] of Object.entries(other.deadLettersByReason))
    deadLettersByReason[reason] = (deadLettersByReason[reason] ?? 0) + count;
  return {
    vehicles: one.vehicles + other.vehicles,
    attempted: one.attempted + other.attempted,
    acknowledged: one.acknowledged + other.acknowledged,
    inKafka: one.inKafka + other.inKafka,
    redelivered: one.redelivered + other.redelivered,
    erased: one.erased + other.erased,
    rows: one.rows + other.rows,
    deadLetters: one.deadLetters + other.deadLetters,
    deadLettersByReason,
    signals: one.signals + other.signals,
    alerts: one.alerts + other.alerts,
  };
}
