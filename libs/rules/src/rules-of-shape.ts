import type { Timing } from '@navora/schemas';
import type { RulesShape, SingleShape, TermsShape } from './file-shape.js';
import { laidOver } from './overriding.js';
import type { Condition, Override, Place, Rule, Rules, SingleCondition, Terms } from './rule.js';

type RuleShape = RulesShape['rules'][number];
type Places = NonNullable<RulesShape['places']>;

/** What a file means whose shape is right and in which no mistake was found. */
export function rulesOf(shape: RulesShape): Omit<Rules, 'version'> {
  const places = shape.places ?? {};
  return {
    limits: Object.fromEntries(
      Object.entries(shape.limits ?? {}).map(([name, [low, high]]) => [name, { low, high }]),
    ),
    groups: shape.groups ?? {},
    rules: shape.rules.map((rule) => ruleOf(rule, places)),
  };
}

function ruleOf(rule: RuleShape, places: Places): Rule {
  const overrides = Object.entries(rule.overrides ?? {}).map(([group, override]): Override => {
    if (override.off) return { group, off: true };
    return { group, off: false, ...termsOf(laidOver(rule, override) as RuleShape, places) };
  });
  return { id: rule.id, off: rule.off ?? false, ...termsOf(rule, places), overrides };
}

function termsOf(rule: Omit<RuleShape, 'id'>, places: Places): Terms {
  return { condition: conditionOf(rule, places), severity: rule.severity, timing: timingOf(rule) };
}

function conditionOf({ allOf, anyOf, silentFor, ...single }: TermsShape, places: Places): Condition {
  if (silentFor !== undefined) return { kind: 'silent', afterMs: silentFor };
  const each = (list: SingleShape[]) => list.map((one) => singleOf(one, places));
  if (allOf) return { kind: 'all-of', conditions: each(allOf) };
  if (anyOf) return { kind: 'any-of', conditions: each(anyOf) };
  return singleOf(single, places);
}

function singleOf(shape: SingleShape, places: Places): SingleCondition {
  const { measurement = '', above, below, outside, inside, equals } = shape;
  if (above !== undefined)
    return { kind: 'above', measurement, threshold: above, clear: numberOr(shape.clear, above) };
  if (below !== undefined)
    return { kind: 'below', measurement, threshold: below, clear: numberOr(shape.clear, below) };
  if (equals !== undefined) return { kind: 'equals', measurement, value: equals };
  if (Array.isArray(outside)) {
    const [low, high] = outside;
    const [clearLow, clearHigh] = Array.isArray(shape.clear) ? shape.clear : outside;
    return { kind: 'outside', measurement, low, high, clearLow, clearHigh };
  }
  const name = inside ?? outside ?? '';
  return { kind: inside ? 'inside-place' : 'outside-place', name, place: placeOf(places[name]) };
}

function numberOr(value: number | [number, number] | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function placeOf(shape: Places[string] | undefined): Place {
  if (shape?.polygon) return { polygon: shape.polygon };
  const { latitude = 0, longitude = 0, radiusM = 0 } = shape ?? {};
  return { latitude, longitude, radiusM };
}

function timingOf(shape: TermsShape): Timing | null {
  const { for: forMs, clearFor, repeat, maxGap, reopenWithin } = shape;
  if ((forMs ?? clearFor ?? repeat ?? reopenWithin) === undefined) return null;
  return {
    forMs: forMs ?? 0,
    clearForMs: clearFor ?? 0,
    repeatTimes: repeat?.times ?? 1,
    repeatWithinMs: repeat?.within ?? 0,
    maxGapMs: maxGap ?? null,
    reopenWithinMs: reopenWithin ?? 0,
  };
}
