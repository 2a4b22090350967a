import type { Outcome, Reading } from '@navora/schemas';
import { valueOf } from './fields.js';
import { isOnEarth, liesIn } from './places.js';
import type { Condition, Range, ReadingCondition, SingleCondition } from './rule.js';

export interface Found {
  outcome: Outcome;
  /** What decided it; 1 and 0 for true and false, and for inside and outside a place. */
  value: number;
  measurement: string;
}

type Limits = Readonly<Record<string, Range>>;

/** What a reading says about a condition; undefined when what it lacks might have changed the answer. */
export function outcomeOf(condition: ReadingCondition, reading: Reading, limits: Limits): Found | undefined {
  switch (condition.kind) {
    case 'all-of':
      return ofAll(condition.conditions, reading, limits, { each: 'breach', one: 'normal' });
    case 'any-of':
      return ofAll(condition.conditions, reading, limits, { each: 'normal', one: 'breach' });
    default:
      return single(condition, reading, limits);
  }
}

/**
 * Three-valued: one condition that is decisive settles it, whatever else is missing; short of that, a missing
 * value leaves it open.
 */
function ofAll(
  conditions: readonly SingleCondition[],
  reading: Reading,
  limits: Limits,
  decisive: { each: Outcome; one: Outcome },
): Found | undefined {
  let first: Found | undefined;
  let undecided: Found | undefined;
  let isMissing = false;
  for (const condition of conditions) {
    const found = single(condition, reading, limits);
    if (found === undefined) isMissing = true;
    else if (found.outcome === decisive.one) return found;
    else if (found.outcome !== decisive.each) undecided ??= found;
    else first ??= found;
  }
  return isMissing ? undefined : (undecided ?? first);
}

function single(condition: SingleCondition, reading: Reading, limits: Limits): Found | undefined {
  if ('place' in condition) {
    const inside = isInside(condition, reading, limits);
    if (inside === undefined) return undefined;
    const outcome = inside === (condition.kind === 'inside-place') ? 'breach' : 'normal';
    return { outcome, value: Number(inside), measurement: 'location' };
  }
  const { measurement } = condition;
  const value = valueOf(reading, measurement);
  if (condition.kind === 'equals') {
    if (typeof value !== 'boolean') return undefined;
    return { outcome: value === condition.value ? 'breach' : 'normal', value: Number(value), measurement };
  }
  if (typeof value !== 'number' || !isPlausible(value, limits[measurement])) return undefined;
  return { outcome: outcomeAt(condition, value), value, measurement };
}

type Threshold = Extract<SingleCondition, { kind: 'above' | 'below' | 'outside' }>;

export function outcomeAt(condition: Threshold, value: number): Outcome {
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

type AboutPlace = Extract<SingleCondition, { place: unknown }>;

function isInside({ place }: AboutPlace, { location }: Reading, limits: Limits): boolean | undefined {
  if (location === null || !isOnEarth(location.latitude, location.longitude)) return undefined;
  const { latitude, longitude } = location;
  if (!isPlausible(latitude, limits['latitude']) || !isPlausible(longitude, limits['longitude']))
    return undefined;
  return liesIn(place, latitude, longitude);
}

function isPlausible(value: number, range: Range | undefined): boolean {
  return range === undefined || (value >= range.low && value <= range.high);
}

/** What a condition is about, in its order; a place is about the location, and silence about itself. */
export function measurementsOf(condition: Condition): readonly string[] {
  if (condition.kind === 'silent') return [SILENCE];
  if ('conditions' in condition) return condition.conditions.flatMap(measurementsOf);
  return ['place' in condition ? 'location' : condition.measurement];
}

/** What alerts about silence name as their measurement; their value is how long it has lasted, in seconds. */
export const SILENCE = 'silence';

const NONE: readonly string[] = [];

/** The measurements whose value is beyond its limits. */
export function implausibleIn(reading: Reading, limits: Limits): readonly string[] {
  let found: string[] | undefined;
  for (const name in limits) {
    const value = valueOf(reading, name);
    if (typeof value === 'number' && !isPlausible(value, limits[name])) (found ??= []).push(name);
  }
  return found ?? NONE;
}
