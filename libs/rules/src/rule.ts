import type { Timing } from '@navora/schemas';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * When one thing about a reading breaches, and when it is normal again. Between the two nothing changes
 * (hysteresis). All bounds are in the measurement's own unit.
 */
export type SingleCondition =
  | { kind: 'above'; measurement: string; threshold: number; clear: number }
  | { kind: 'below'; measurement: string; threshold: number; clear: number }
  | {
      kind: 'outside';
      measurement: string;
      low: number;
      high: number;
      clearLow: number;
      clearHigh: number;
    }
  | { kind: 'equals'; measurement: string; value: boolean }
  | { kind: 'inside-place' | 'outside-place'; name: string; place: Place };

/** `all-of` breaches when each of them does, `any-of` when one of them does. */
export type ReadingCondition =
  SingleCondition | { kind: 'all-of' | 'any-of'; conditions: readonly SingleCondition[] };

/** Not about a reading, but about there being none. */
export interface SilentCondition {
  kind: 'silent';
  afterMs: number;
}

export type Condition = ReadingCondition | SilentCondition;

/** In degrees, WGS 84. Of a circle the border is part; of a polygon its southern and western sides are. */
export type Place =
  { latitude: number; longitude: number; radiusM: number } | { polygon: readonly Position[] };
export type Position = readonly [latitude: number, longitude: number];

export interface Terms {
  condition: Condition;
  severity: Severity;
  /** Null when the first breach opens the alert, the first normal reading clears it, and that is all. */
  timing: Timing | null;
}

export interface Rule extends Terms {
  /** Names the rule in signals and alerts; lower case, digits and dashes. */
  id: string;
  /** Judges nothing, and clears what it has opened. */
  off: boolean;
  /** In the order of the file: the first whose group has the vehicle counts. */
  overrides: readonly Override[];
}

export type Override = { group: string } & ({ off: true } | ({ off: false } & Terms));

export interface Range {
  low: number;
  high: number;
}

export interface Rules {
  /** Changes with any change of meaning; signals carry it. */
  version: string;
  rules: readonly Rule[];
  /** Plausible values by measurement. A value beyond them says nothing to any rule. */
  limits: Readonly<Record<string, Range>>;
  /** Vehicle ids, or patterns with `*`, by group. */
  groups: Readonly<Record<string, readonly string[]>>;
}
