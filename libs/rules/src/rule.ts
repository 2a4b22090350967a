export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * When a measurement breaches, and when it is normal again. Between the two nothing changes (hysteresis).
 * All bounds are in the measurement's own unit.
 */
export type Condition =
  | { kind: 'above'; threshold: number; clear: number }
  | { kind: 'below'; threshold: number; clear: number }
  | { kind: 'outside'; low: number; high: number; clearLow: number; clearHigh: number };

export interface Rule {
  /** Names the rule in signals and alerts; lower case, digits and dashes. */
  id: string;
  /** A field of the reading, or a name in its extras. */
  measurement: string;
  condition: Condition;
  severity: Severity;
}

export interface Rules {
  /** Changes with any change of meaning; signals carry it. */
  version: string;
  rules: Rule[];
}
