import type { Path } from '@navora/runtime';
import { kindOfField } from './fields.js';
import { isMeasured, KINDS, laidOver, TIMING } from './overriding.js';

type Keys = Record<string, unknown>;
export interface Senseless {
  path: Path;
  what: string;
}

/**
 * What keys say together, or about one another: mistakes that no single value shows. Values of the wrong type are
 * passed over, since the shape names those.
 */
export function* senselessIn(file: unknown): Iterable<Senseless> {
  if (!isObject(file)) return;
  const [places, groups] = [keysOf(file['places']), keysOf(file['groups'])];
  for (const [name, place] of entriesOf(file['places'])) yield* inPlace(['places', name], place);
  for (const [name, range] of entriesOf(file['limits'])) {
    yield* inMeasurement(['limits', name], name, 'number');
    yield* inRange(['limits', name], name, range);
  }
  const seen = new Set<unknown>();
  for (const [index, rule] of listIn(file['rules']).entries()) {
    if (!isObject(rule)) continue;
    const at = ['rules', index];
    if (typeof rule['id'] === 'string' && seen.has(rule['id']))
      yield { path: [...at, 'id'], what: `id: a second rule with the id "${rule['id']}"` };
    seen.add(rule['id']);
    yield* inTerms(rule, places, (key) => [...at, ...key]);
    for (const [group, override] of entriesOf(rule['overrides'])) {
      const there = [...at, 'overrides', group];
      if (!groups.has(group)) yield { path: there, what: `overrides: there is no group "${group}"` };
      if (isObject(override)) yield* inOverride(there, rule, override, places);
    }
  }
}

function* inOverride(at: Path, rule: Keys, override: Keys, places: Set<string>): Iterable<Senseless> {
  const keys = Object.keys(override);
  if (keys.length === 0) yield { path: at, what: 'overrides: nothing is different for the group' };
  if (Object.hasOwn(override, 'off')) {
    for (const key of keys.filter((each) => each !== 'off'))
      yield { path: [...at, key], what: `${key}: means nothing beside "off"` };
    return;
  }
  // What the override leaves as it is was judged with the rule.
  if (keys.every((key) => key === 'severity')) return;
  const place = (path: Path) =>
    path[0] !== undefined && Object.hasOwn(override, path[0]) ? [...at, ...path] : at;
  yield* inTerms(laidOver(rule, override), places, place);
}

type PlaceOf = (path: Path) => Path;

function* inTerms(terms: Keys, places: Set<string>, at: PlaceOf): Iterable<Senseless> {
  yield* inCondition(terms, KINDS, places, at);
  for (const list of ['allOf', 'anyOf'] as const) {
    for (const [index, one] of listIn(terms[list]).entries())
      if (isObject(one)) yield* inCondition(one, SINGLE_KINDS, places, (path) => at([list, index, ...path]));
  }
  const has = (key: string) => Object.hasOwn(terms, key);
  if (has('silentFor')) {
    for (const key of TIMING.filter(has))
      yield { path: at([key]), what: `${key}: means nothing beside "silentFor"` };
  }
  if (has('for') && has('repeat'))
    yield { path: at(['repeat']), what: 'repeat: a rule has either "for" or "repeat", found both' };
  if (has('maxGap') && !has('for') && !has('clearFor'))
    yield { path: at(['maxGap']), what: 'maxGap: means nothing without "for" or "clearFor"' };
}

const SINGLE_KINDS = KINDS.filter((kind) => kind !== 'allOf' && kind !== 'anyOf' && kind !== 'silentFor');

function* inCondition(
  terms: Keys,
  allowed: readonly string[],
  places: Set<string>,
  at: PlaceOf,
): Iterable<Senseless> {
  const kinds = KINDS.filter((kind) => Object.hasOwn(terms, kind));
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.join(' and ') || 'none';
    yield { path: at([]), what: `there must be exactly one of ${allowed.join(', ')}, found ${found}` };
    return;
  }
  const { measurement, clear } = terms;
  if (isMeasured(terms) && measurement === undefined)
    yield { path: at([]), what: 'measurement: must name a field of the reading, found nothing' };
  if (!isMeasured(terms) && measurement !== undefined)
    yield { path: at(['measurement']), what: `measurement: means nothing beside "${kind}"` };
  if (typeof measurement === 'string')
    yield* inMeasurement(at(['measurement']), measurement, kind === 'equals' ? 'boolean' : 'number');
  const bounds = terms[kind];
  if (kind === 'inside' || (kind === 'outside' && typeof bounds === 'string')) {
    if (typeof bounds === 'string' && !places.has(bounds))
      yield { path: at([kind]), what: `${kind}: there is no place "${bounds}"` };
  }
  if (kind === 'outside') yield* inRange(at(['outside']), 'outside', bounds);
  if (clear !== undefined) yield* inClear(kind, bounds, clear, at(['clear']));
}

function* inClear(kind: string, bounds: unknown, clear: unknown, path: Path): Iterable<Senseless> {
  const wrong = (must: string) => ({ path, what: `clear: ${must}, found ${JSON.stringify(clear)}` });
  if (kind === 'above' || kind === 'below') {
    if (Array.isArray(clear)) yield wrong('must be a number');
    if (typeof clear !== 'number' || typeof bounds !== 'number') return;
    if (kind === 'above' && clear > bounds) yield wrong(`must be at most ${bounds}`);
    if (kind === 'below' && clear < bounds) yield wrong(`must be at least ${bounds}`);
  } else if (kind === 'outside' && Array.isArray(bounds)) {
    if (typeof clear === 'number') yield wrong('must be [low, high]');
    if (!isRange(clear) || !isRange(bounds)) return;
    if (clear[0] > clear[1]) yield wrong('must be [low, high], low first');
    if (clear[0] < bounds[0] || clear[1] > bounds[1])
      yield wrong(`must lie within [${bounds[0]}, ${bounds[1]}]`);
  } else {
    yield { path, what: `clear: means nothing beside "${kind}"` };
  }
}

function* inMeasurement(path: Path, name: string, wanted: 'number' | 'boolean'): Iterable<Senseless> {
  const kind = kindOfField(name);
  if (kind === 'unknown' || kind === wanted) return;
  const hint = {
    'not-measured': 'is not a measurement',
    boolean: 'is true or false: use "equals"',
    number: 'is a number: use "above", "below" or "outside"',
  }[kind];
  yield { path, what: `measurement: ${name} ${hint}` };
}

function* inRange(path: Path, name: string, range: unknown): Iterable<Senseless> {
  if (isRange(range) && range[0] > range[1])
    yield { path, what: `${name}: must be [low, high], low first, found ${JSON.stringify(range)}` };
}

function* inPlace(path: Path, place: unknown): Iterable<Senseless> {
  if (!isObject(place)) return;
  const circle = ['latitude', 'longitude', 'radiusM'].filter((key) => Object.hasOwn(place, key));
  const isPolygon = Object.hasOwn(place, 'polygon');
  if (isPolygon ? circle.length > 0 : circle.length < 3) {
    const found = Object.keys(place).join(', ') || 'nothing';
    yield { path, what: `must have latitude, longitude and radiusM, or a polygon, found ${found}` };
  }
}

function isRange(value: unknown): value is [number, number] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';
}

function isObject(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function keysOf(value: unknown): Set<string> {
  return new Set(isObject(value) ? Object.keys(value) : []);
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
