import type { Outcome, Reading, Verdict } from '@navora/schemas';
import type { Condition, Rule } from './rule.js';

/** One verdict for each rule whose measurement the reading has; a missing value says nothing. */
export function judge(rules: readonly Rule[], reading: Reading): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { id, measurement, condition } of rules) {
    const value = measured(reading, measurement);
    if (value !== undefined) verdicts.push({ rule: id, outcome: outcomeOf(condition, value), value });
  }
  return verdicts;
}

export function outcomeOf(condition: Condition, value: number): Outcome {
  switch (condition.kind) {
    case 'above':
      return value > condition.threshold ? 'breach' : value <= condition.clear ? 'normal' : 'between';
    case 'below':
      return value < condition.threshold ? 'breach' : value >= condition.clear ? 'normal' : 'between';
    case 'outside':
      if (value < condition.low || value > condition.high) return 'breach';
      return value >= condition.clearLow && value <= condition.clearHigh ? 'normal' : 'between';
  }
}

/** The numeric fields of a reading that a rule may name; anything else is looked for in its extras. */
const FIELDS = {
  speedKph: (reading: Reading) => reading.speedKph,
  fuelLevelPercent: (reading: Reading) => reading.fuelLevelPercent,
  engineTemperatureC: (reading: Reading) => reading.engineTemperatureC,
  cargoTemperatureC: (reading: Reading) => reading.cargoTemperatureC,
  latitude: (reading: Reading) => reading.location?.latitude,
  longitude: (reading: Reading) => reading.location?.longitude,
} as const;

function isField(name: string): name is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, name);
}

/** In the field first, then in the extras: a producer may have sent it before our schema knew it. */
function measured(reading: Reading, name: string): number | undefined {
  const value = (isField(name) ? FIELDS[name](reading) : undefined) ?? reading.extras[name];
  return typeof value === 'number' ? value : undefined;
}
