import type { Witness } from './check.js';
import type { Fault, Span } from './evidence.js';
import type { Invariant } from './invariants.js';

/** `not judged`: consumers were behind and nobody waited, or what is needed could not be read. */
export type Verdict = 'held' | 'broken' | 'not judged';

export interface CheckResult {
  readonly name: string;
  readonly invariant: Invariant;
  readonly promise: string;
  /** `not ours`: somebody else's to answer for; breaks nothing. */
  readonly verdict: Verdict | 'not ours';
  readonly count: number;
  /** The first few, the earliest first. */
  readonly witnesses: readonly Witness[];
}

export interface InvariantResult {
  readonly name: Invariant;
  readonly promise: string;
  readonly verdict: Verdict;
  /** Of the checks that are broken, the earliest. */
  readonly witness?: Witness;
  /** What was done to the system around the witness's time. */
  readonly faults: readonly Fault[];
}

export interface Totals {
  readonly vehicles: number;
  /** Distinct readings sent in the range, and those whose PUBACK the sender saw. */
  readonly attempted: number;
  readonly acknowledged: number;
  readonly inKafka: number;
  readonly redelivered: number;
  /** Records that were erased on request, and left no row and no dead letter. */
  readonly erased: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly deadLettersByReason: Readonly<Record<string, number>>;
  readonly signals: number;
  readonly alerts: number;
}

export interface AuditReport {
  readonly held: boolean;
  /** The invariant and the check: `I5 offsets unresolved`. */
  readonly broken: readonly string[];
  /** ms since 1970; an open end is absent. */
  readonly range: Partial<Span>;
  readonly totals: Totals;
  readonly invariants: readonly InvariantResult[];
  readonly checks: readonly CheckResult[];
  /** What limits the verdicts. */
  readonly notes: readonly string[];
}
