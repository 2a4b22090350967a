import { findingOf } from './clauses.js';
import type { BodyReading } from './evidence.js';
import { RuleLife, type FoldedAlert } from './rule-life.js';
import type { Rule } from './rules.js';

/**
 * The alerts of one vehicle: a plain fold over the first occurrences of its readings, in offset order, without
 * those dead-lettered or clock-suspect.
 */
export function foldAlerts(readings: Iterable<BodyReading>, rules: readonly Rule[]): FoldedAlert[] {
  const alerts: FoldedAlert[] = [];
  const lives = rules.map((rule) => ({ rule, life: new RuleLife(rule.id, alerts) }));
  let highest: BodyReading | undefined;
  for (const reading of readings) {
    const late = highest !== undefined && !follows(reading, highest);
    if (!late) highest = reading;
    for (const { rule, life } of lives) {
      const found = findingOf(rule, reading);
      if (found === undefined) continue;
      if (found === 'off') {
        if (!late) life.silence(reading);
      } else if (late) life.hearLate(reading, found.of, found.finding);
      else life.hear(reading, found.of, found.finding);
    }
  }
  return alerts;
}

/** Whether one order key (recordedAt, message id) is above another. */
export function follows(one: BodyReading, other: BodyReading): boolean {
  if (one.recordedAt !== other.recordedAt) return one.recordedAt > other.recordedAt;
  return one.messageId > other.messageId;
}
