import type { Reading, Silence, Timing, Verdict } from '@navora/schemas';
import { implausibleIn, outcomeOf } from './conditions.js';
import type { ReadingCondition, Rule, Rules, Terms } from './rule.js';
import { fits } from './vehicle-pattern.js';

export interface Judgement {
  /** One for each rule about which the reading says something. */
  verdicts: Verdict[];
  /** Rules that are switched off for the vehicle. */
  off: string[];
  /** Rules about its silence. */
  silences: Silence[];
}

/** The rules as they are for one vehicle. */
interface InForce {
  rules: readonly RuleInForce[];
  off: string[];
  silences: Silence[];
}

interface RuleInForce extends Terms {
  id: string;
  condition: ReadingCondition;
  namesSeveral: boolean;
  timing: Timing | null;
  timingOfNormal: Timing | null;
}

/** Vehicles whose rules are remembered; beyond that they are worked out anew. */
const MAX_REMEMBERED = 100_000;

/** Judges readings by one version of the rules. Keeps nothing between readings but which rules a vehicle has. */
export class Judge {
  private readonly byVehicle = new Map<string, InForce>();
  private readonly byChoice = new Map<string, InForce>();
  private readonly hasOverrides: boolean;

  constructor(readonly rules: Rules) {
    this.hasOverrides = rules.rules.some(({ overrides }) => overrides.length > 0);
  }

  get version(): string {
    return this.rules.version;
  }

  judge(reading: Reading): Judgement {
    const { rules, off, silences } = this.inForceFor(reading.vehicleId);
    const verdicts: Verdict[] = [];
    for (const { id, condition, severity, namesSeveral, timing, timingOfNormal } of rules) {
      const found = outcomeOf(condition, reading, this.rules.limits);
      if (found === undefined) continue;
      const { outcome, value, measurement } = found;
      const breaches = outcome === 'breach';
      verdicts.push({
        rule: id,
        outcome,
        value,
        measurement: breaches || namesSeveral ? measurement : null,
        severity: breaches ? severity : null,
        timing: breaches ? timing : outcome === 'normal' ? timingOfNormal : null,
      });
    }
    return { verdicts, off, silences };
  }

  /** What is true of a vehicle's silence whatever its reading says, and whether or not its clock is believed. */
  silencesOf(vehicleId: string): Silence[] {
    return this.inForceFor(vehicleId).silences;
  }

  /** The measurements of a reading that no rule believes. */
  implausible(reading: Reading): readonly string[] {
    return implausibleIn(reading, this.rules.limits);
  }

  private inForceFor(vehicleId: string): InForce {
    const key = this.hasOverrides ? vehicleId : '';
    let inForce = this.byVehicle.get(key);
    if (!inForce) {
      if (this.byVehicle.size >= MAX_REMEMBERED) this.byVehicle.clear();
      this.byVehicle.set(key, (inForce = this.chosenFor(vehicleId)));
    }
    return inForce;
  }

  /** Vehicles with the same overrides share one answer. */
  private chosenFor(vehicleId: string): InForce {
    const groups = Object.entries(this.rules.groups)
      .filter(([, patterns]) => patterns.some((pattern) => fits(pattern, vehicleId)))
      .map(([group]) => group);
    const choice = groups.join(' ');
    let inForce = this.byChoice.get(choice);
    if (!inForce) this.byChoice.set(choice, (inForce = inForceIn(this.rules.rules, new Set(groups))));
    return inForce;
  }
}

function inForceIn(all: readonly Rule[], groups: ReadonlySet<string>): InForce {
  const inForce = { rules: [] as RuleInForce[], off: [] as string[], silences: [] as Silence[] };
  for (const rule of all) {
    const override = rule.overrides.find(({ group }) => groups.has(group));
    const terms = override ?? rule;
    if (rule.off || terms.off) {
      inForce.off.push(rule.id);
      continue;
    }
    const { condition, severity, timing } = terms;
    if (condition.kind === 'silent')
      inForce.silences.push({ rule: rule.id, afterMs: condition.afterMs, severity });
    else inForce.rules.push(ruleInForce(rule.id, condition, severity, timing));
  }
  return inForce;
}

function ruleInForce(
  id: string,
  condition: ReadingCondition,
  severity: Terms['severity'],
  timing: Timing | null,
): RuleInForce {
  const mattersWhenNormal = timing !== null && (timing.clearForMs > 0 || timing.reopenWithinMs > 0);
  return {
    id,
    condition,
    severity,
    namesSeveral: condition.kind === 'all-of' || condition.kind === 'any-of',
    timing,
    timingOfNormal: mattersWhenNormal ? timing : null,
  };
}
