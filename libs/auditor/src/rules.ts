import { parse } from 'yaml';
import { AuditError } from './audit-error.js';

/** A range of normal values; what lies beyond `breachBelow` or `breachAbove` is a breach, the rest is between. */
export interface Rule {
  readonly id: string;
  readonly measurement: string;
  readonly severity?: string;
  readonly breachBelow?: number;
  readonly breachAbove?: number;
  readonly normalFrom?: number;
  readonly normalTo?: number;
}

export type Outcome = 'breach' | 'between' | 'normal';

export function outcomeOf(rule: Rule, value: number): Outcome {
  if (rule.breachAbove !== undefined && value > rule.breachAbove) return 'breach';
  if (rule.breachBelow !== undefined && value < rule.breachBelow) return 'breach';
  const normal =
    (rule.normalFrom === undefined || value >= rule.normalFrom) &&
    (rule.normalTo === undefined || value <= rule.normalTo);
  return normal ? 'normal' : 'between';
}

/** Reads a rules file; `source` names it in errors. */
export function parseRules(text: string, source: string): Rule[] {
  const refuse = (why: string) => new AuditError(`${source}: ${why}`);
  const file = read(text, refuse);
  const list = isObject(file) ? file['rules'] : undefined;
  if (!Array.isArray(list)) throw refuse('there is no list of rules');
  return list.map((it: unknown, index) => {
    const rule = isObject(it) ? toRule(it) : undefined;
    if (rule === undefined) throw refuse(`rule ${index + 1} is not understood`);
    return rule;
  });
}

function toRule(it: Record<string, unknown>): Rule | undefined {
  const { id, measurement, severity, above, below, outside, clear } = it;
  if (typeof id !== 'string' || typeof measurement !== 'string') return undefined;
  const named = { id, measurement, ...(typeof severity === 'string' ? { severity } : {}) };
  if (typeof above === 'number') return { ...named, breachAbove: above, normalTo: numberOr(clear, above) };
  if (typeof below === 'number') return { ...named, breachBelow: below, normalFrom: numberOr(clear, below) };
  const range = rangeOf(outside);
  if (range === undefined) return undefined;
  const [normalFrom, normalTo] = rangeOf(clear) ?? range;
  return { ...named, breachBelow: range[0], breachAbove: range[1], normalFrom, normalTo };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function rangeOf(value: unknown): [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [low, high]: unknown[] = value;
  return typeof low === 'number' && typeof high === 'number' ? [low, high] : undefined;
}

function read(text: string, refuse: (why: string) => AuditError): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
