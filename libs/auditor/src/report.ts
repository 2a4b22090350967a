import type { Witness } from './check.js';

/** `not judged`: consumers were behind, and the audit was told not to wait for them. */
export type Verdict = 'held' | 'broken' | 'not judged';

export interface CheckResult {
  readonly name: string;
  readonly invariant: string;
  readonly promise: string;
  readonly verdict: Verdict;
  readonly count: number;
  /** The first few. */
  readonly witnesses: readonly Witness[];
}

export interface Totals {
  readonly vehicles: number;
  /** Distinct readings, and those whose PUBACK the sender saw. */
  readonly attempted: number;
  readonly acknowledged: number;
  readonly inKafka: number;
  readonly redelivered: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly deadLettersByReason: Readonly<Record<string, number>>;
  readonly signals: number;
  readonly alerts: number;
}

export interface AuditReport {
  readonly held: boolean;
  readonly broken: readonly string[];
  readonly totals: Totals;
  readonly checks: readonly CheckResult[];
  /** What limits the verdicts. */
  readonly notes: readonly string[];
}
