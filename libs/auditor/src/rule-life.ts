import type { Finding } from './clauses.js';
import type { AlertHistoryRow, AlertRow, BodyReading } from './evidence.js';
import { alertIdOf } from './ids.js';
import type { Rule } from './rules.js';

/** An alert as it must stand, and the transitions that later ones have overwritten in it. */
export interface FoldedAlert extends AlertRow {
  readonly past?: readonly AlertHistoryRow[];
}

/** A stretch of readings that all say the same, by their times in ms. */
interface Stretch {
  readonly from: number;
  to: number;
  told?: boolean;
}

/** The life of one rule for one vehicle, reading by reading; everything goes by the vehicle's time. */
export class RuleLife {
  private open = -1;
  private mayReopen: { index: number; until: number } | undefined;
  private bad: Stretch | undefined;
  private calm: Stretch | undefined;
  private peaks: number[] = [];
  private lateBad: Stretch | undefined;
  private latePeaks: number[] = [];

  constructor(
    private readonly id: string,
    /** Shared by all rules of the vehicle, so that its alerts are in the order they came about. */
    private readonly alerts: FoldedAlert[],
  ) {}

  /** The rule was switched off for the vehicle. */
  silence(by: BodyReading): void {
    this.bad = undefined;
    this.peaks = [];
    if (this.open >= 0) this.close(by, undefined, 0);
  }

  hear(reading: BodyReading, rule: Rule, finding: Finding): void {
    if (this.open >= 0) this.hearWhileOpen(reading, rule, finding);
    else if (finding.outcome === 'breach') this.hearBreach(reading, rule, finding);
    else this.bad = undefined;
  }

  /** A reading that came after newer ones. */
  hearLate(reading: BodyReading, rule: Rule, finding: Finding): void {
    const { recordedAt: now } = reading;
    if (finding.outcome !== 'breach') {
      this.lateBad = undefined;
      return;
    }
    if (rule.times !== undefined && rule.withinMs !== undefined) {
      const { withinMs } = rule;
      this.latePeaks = [...this.latePeaks.filter((at) => at <= now && now - at <= withinMs), now];
      if (this.latePeaks.length < rule.times) return;
      this.latePeaks = [];
    } else if (rule.holdMs !== undefined) {
      if (rule.gapMs === undefined) return;
      this.lateBad = stretched(this.lateBad, now, rule.gapMs);
      if (this.lateBad.told === true || now - this.lateBad.from < rule.holdMs) return;
      this.lateBad.told = true;
    }
    const alert = { ...this.opened(reading, rule, finding), late: true };
    this.alerts.push(closed(alert, reading, finding));
  }

  private hearBreach(reading: BodyReading, rule: Rule, finding: Finding): void {
    const { recordedAt: now } = reading;
    let begun = now;
    if (rule.times !== undefined && rule.withinMs !== undefined) {
      const { withinMs } = rule;
      this.peaks = [...this.peaks.filter((at) => now - at <= withinMs), now];
      if (this.peaks.length < rule.times) return;
      begun = this.peaks[0] ?? now;
    } else if (rule.holdMs !== undefined) {
      this.bad = stretched(this.bad, now, rule.gapMs);
      if (now - this.bad.from < rule.holdMs) return;
      begun = this.bad.from;
    }
    this.bad = undefined;
    this.peaks = [];
    const again = this.mayReopen;
    this.mayReopen = undefined;
    if (again !== undefined && begun <= again.until) this.reopen(again.index, reading, finding);
    else this.open = this.alerts.push(this.opened(reading, rule, finding)) - 1;
  }

  private hearWhileOpen(reading: BodyReading, rule: Rule, finding: Finding): void {
    if (finding.outcome !== 'normal') {
      this.calm = undefined;
      return;
    }
    this.calm = stretched(this.calm, reading.recordedAt, rule.gapMs);
    if (reading.recordedAt - this.calm.from >= (rule.calmMs ?? 0))
      this.close(reading, finding, rule.reopenMs ?? 0);
  }

  private close(by: BodyReading, finding: Finding | undefined, reopenMs: number): void {
    const alert = this.alerts[this.open];
    if (alert !== undefined) this.alerts[this.open] = closed(alert, by, finding);
    this.mayReopen = reopenMs > 0 ? { index: this.open, until: by.recordedAt + reopenMs } : undefined;
    this.open = -1;
    this.calm = undefined;
  }

  private reopen(index: number, by: BodyReading, finding: Finding): void {
    const alert = this.alerts[index];
    if (alert === undefined) return;
    const { clearedAt, clearedBy, clearedValue, reopenedAt, reopenedBy, reopenedValue, ...rest } = alert;
    const past = [...(alert.past ?? [])];
    if (reopenedAt !== undefined)
      past.push(overwritten(alert, 'reopened', reopenedAt, reopenedBy, reopenedValue));
    if (clearedAt !== undefined) past.push(overwritten(alert, 'cleared', clearedAt, clearedBy, clearedValue));
    const value = finding.measurement === alert.measurement ? { reopenedValue: finding.value } : {};
    const again = { status: 'open', reopenedAt: by.recordedAt, reopenedBy: by.messageId, ...value };
    this.alerts[index] = { ...rest, ...again, past };
    this.open = index;
  }

  private opened(reading: BodyReading, rule: Rule, { measurement, value }: Finding): FoldedAlert {
    const { vehicleId, recordedAt, messageId } = reading;
    return {
      vehicleId,
      id: alertIdOf(vehicleId, this.id, recordedAt, messageId),
      rule: this.id,
      ...(rule.severity === undefined ? {} : { severity: rule.severity }),
      status: 'open',
      late: false,
      ...{ measurement, value, openedAt: recordedAt, openedBy: messageId },
    };
  }
}

/** The stretch goes on, unless time went back or left a gap: then another begins. */
function stretched(stretch: Stretch | undefined, now: number, gapMs = Infinity): Stretch {
  if (stretch === undefined || now < stretch.to || now - stretch.to > gapMs) return { from: now, to: now };
  stretch.to = now;
  return stretch;
}

function closed(alert: FoldedAlert, by: BodyReading, finding: Finding | undefined): FoldedAlert {
  const { clearedValue: _, ...rest } = alert;
  const value = finding?.measurement === alert.measurement ? { clearedValue: finding.value } : {};
  return { ...rest, status: 'cleared', clearedAt: by.recordedAt, clearedBy: by.messageId, ...value };
}

function overwritten(
  { vehicleId, id: alertId }: AlertRow,
  transition: string,
  at: number,
  messageId = '',
  value: number | undefined,
): AlertHistoryRow {
  return { vehicleId, alertId, transition, at, messageId, ...(value === undefined ? {} : { value }) };
}
