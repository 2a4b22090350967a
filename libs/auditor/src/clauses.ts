import type { BodyReading, Content } from './evidence.js';
import type { Clause, Outcome, Rule } from './rules.js';
import { isWithin } from './zones.js';

/** What one reading says about one rule. */
export interface Finding {
  readonly outcome: Outcome;
  readonly value: number;
  readonly measurement: string;
}

/** A finding; `off` where the rule does not hold for the vehicle; nothing where the reading settles nothing. */
export function findingOf(rule: Rule, said: BodyReading): { of: Rule; finding: Finding } | 'off' | undefined {
  const of = ruleFor(rule, said.vehicleId);
  if (of === undefined) return 'off';
  if (of.silentMs !== undefined) return undefined;
  const findings = of.clauses.map((clause) => clauseIn(clause, said.content, of));
  const finding = of.together === 'any' ? anyOf(findings) : allOf(findings);
  return finding && { of, finding };
}

/** The rule as it is for a vehicle; nothing where it is switched off. */
export function ruleFor(rule: Rule, vehicleId: string): Rule | undefined {
  if (rule.off === true) return undefined;
  const exception = rule.exceptions?.find(({ vehicles }) => vehicles.some((one) => one.test(vehicleId)));
  return exception === undefined ? rule : exception.rule;
}

type Findings = readonly (Finding | undefined)[];

function allOf(findings: Findings): Finding | undefined {
  const normal = findings.find((it) => it?.outcome === 'normal');
  if (normal !== undefined || findings.includes(undefined)) return normal;
  return findings.find((it) => it?.outcome === 'between') ?? findings[0];
}

function anyOf(findings: Findings): Finding | undefined {
  const breach = findings.find((it) => it?.outcome === 'breach');
  if (breach !== undefined || findings.includes(undefined)) return breach;
  return findings.find((it) => it?.outcome === 'between') ?? findings[0];
}

function clauseIn(clause: Clause, content: Content, rule: Rule): Finding | undefined {
  const found = (outcome: Outcome, value: number) => ({ outcome, value, measurement: clause.measurement });
  if (clause.zone !== undefined) {
    const [latitude, longitude] = [believed('latitude', content, rule), believed('longitude', content, rule)];
    if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
    if (latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180) return undefined;
    const within = isWithin(clause.zone, latitude, longitude);
    return found(within === clause.breachWithin ? 'breach' : 'normal', within ? 1 : 0);
  }
  const value = believed(clause.measurement, content, rule);
  if (clause.breachIf !== undefined) {
    if (typeof value !== 'boolean') return undefined;
    return found(value === clause.breachIf ? 'breach' : 'normal', value ? 1 : 0);
  }
  return typeof value === 'number' ? found(outcomeOf(clause, value), value) : undefined;
}

const PARTS = new Map([
  ['latitude', 'location.latitude'],
  ['longitude', 'location.longitude'],
]);

function believed(name: string, content: Content, rule: Rule) {
  const value = content.get(PARTS.get(name) ?? name) ?? content.get(name);
  const limits = rule.limits?.get(name);
  if (typeof value === 'number' && limits && (value < limits[0] || value > limits[1])) return undefined;
  return value;
}

export function outcomeOf(clause: Clause, value: number): Outcome {
  if (clause.breachAbove !== undefined && value > clause.breachAbove) return 'breach';
  if (clause.breachBelow !== undefined && value < clause.breachBelow) return 'breach';
  const normal =
    (clause.normalFrom === undefined || value >= clause.normalFrom) &&
    (clause.normalTo === undefined || value <= clause.normalTo);
  return normal ? 'normal' : 'between';
}
