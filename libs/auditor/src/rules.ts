import { parse } from 'yaml';
import { AuditError } from './audit-error.js';
import type { Zone } from './zones.js';

export type Outcome = 'breach' | 'between' | 'normal';

/**
 * One thing a rule asks about: a number, beyond `breachBelow` or `breachAbove` a breach and within the normal
 * range normal; a boolean; or a place.
 */
export interface Clause {
  readonly measurement: string;
  readonly breachBelow?: number;
  readonly breachAbove?: number;
  readonly normalFrom?: number;
  readonly normalTo?: number;
  readonly breachIf?: boolean;
  readonly zone?: Zone;
  readonly breachWithin?: boolean;
}

export interface Rule {
  readonly id: string;
  readonly severity?: string;
  readonly clauses: readonly Clause[];
  /** How several clauses go together; all, unless said. */
  readonly together?: 'all' | 'any';
  readonly off?: boolean;
  /** Times in ms; what is absent is not asked for. */
  readonly holdMs?: number;
  readonly calmMs?: number;
  readonly gapMs?: number;
  readonly times?: number;
  readonly withinMs?: number;
  readonly reopenMs?: number;
  /** The rule is about there being no reading for so long; it has no clauses then. */
  readonly silentMs?: number;
  /** The first that has the vehicle counts; without a rule, there is none for it. */
  readonly exceptions?: readonly { readonly vehicles: readonly RegExp[]; readonly rule?: Rule }[];
  /** What values are believed, by measurement. */
  readonly limits?: ReadonlyMap<string, readonly [number, number]>;
}

type Words = Record<string, unknown>;

/** Reads a rules file; `source` names it in errors. */
export function parseRules(text: string, source: string): Rule[] {
  const refuse = (why: string) => new AuditError(`${source}: ${why}`);
  const file = read(text, refuse);
  const list = isObject(file) ? file['rules'] : undefined;
  if (!isObject(file) || !Array.isArray(list)) throw refuse('there is no list of rules');
  const limits = new Map<string, readonly [number, number]>();
  for (const [name, range] of entries(file['limits'])) {
    const limit = rangeOf(range);
    if (limit === undefined) throw refuse(`the limits of ${name} are not understood`);
    limits.set(name, limit);
  }
  const reader = new Reader(file, limits);
  return list.map((it: unknown, index) => {
    const rule = isObject(it) ? reader.rule(it) : undefined;
    if (rule === undefined) throw refuse(`rule ${index + 1} is not understood`);
    return rule;
  });
}

const CONDITIONS = ['above', 'below', 'outside', 'inside', 'equals', 'allOf', 'anyOf', 'silentFor'];

class Reader {
  constructor(
    private readonly file: Words,
    private readonly limits: ReadonlyMap<string, readonly [number, number]>,
  ) {}

  rule(words: Words): Rule | undefined {
    const rule = this.plainRule(words);
    if (rule === undefined) return undefined;
    const exceptions = entries(words['overrides']).map(([group, different]) => {
      const vehicles = listIn(entry(this.file['groups'], group)).map((it) => patternOf(String(it)));
      if (!isObject(different)) return undefined;
      if (different['off'] === true) return { vehicles };
      const other = this.plainRule(mixed(words, different));
      return other && { vehicles, rule: other };
    });
    if (!exceptions.every((it) => it !== undefined)) return undefined;
    return exceptions.length === 0 ? rule : { ...rule, exceptions };
  }

  private plainRule(words: Words): Rule | undefined {
    const { id, severity, allOf, anyOf, off } = words;
    const silentMs = msOf(words['silentFor']);
    if (typeof id === 'string' && silentMs !== undefined) {
      const present = typeof severity === 'string' ? { severity } : {};
      return { id, clauses: [], silentMs, ...present, ...(off === true ? { off } : {}) };
    }
    const several = allOf ?? anyOf;
    const clauses =
      several === undefined
        ? [this.clause(words)]
        : listIn(several).map((it) => (isObject(it) ? this.clause(it) : undefined));
    const known = clauses.filter((it) => it !== undefined);
    if (typeof id !== 'string' || known.length === 0 || known.length < clauses.length) return undefined;
    const repeat = isObject(words['repeat']) ? words['repeat'] : {};
    const asked = {
      severity: typeof severity === 'string' ? severity : undefined,
      together: anyOf === undefined ? undefined : ('any' as const),
      off: off === true ? true : undefined,
      holdMs: msOf(words['for']),
      calmMs: msOf(words['clearFor']),
      gapMs: msOf(words['maxGap']),
      times: numberOf(repeat['times']),
      withinMs: msOf(repeat['within']),
      reopenMs: msOf(words['reopenWithin']),
      limits: this.limits.size > 0 ? this.limits : undefined,
    };
    const present = Object.entries(asked).filter(([, value]) => value !== undefined);
    return { id, clauses: known, ...Object.fromEntries(present) };
  }

  private clause(words: Words): Clause | undefined {
    const { measurement, above, below, outside, inside, equals, clear } = words;
    const place = inside ?? outside;
    if (typeof place === 'string') {
      const zone = zoneOf(entry(this.file['places'], place));
      return zone && { measurement: 'location', zone, breachWithin: inside !== undefined };
    }
    if (typeof measurement !== 'string') return undefined;
    if (typeof equals === 'boolean') return { measurement, breachIf: equals };
    if (typeof above === 'number')
      return { measurement, breachAbove: above, normalTo: numberOf(clear) ?? above };
    if (typeof below === 'number')
      return { measurement, breachBelow: below, normalFrom: numberOf(clear) ?? below };
    const range = rangeOf(outside);
    if (range === undefined) return undefined;
    const [normalFrom, normalTo] = rangeOf(clear) ?? range;
    return { measurement, breachBelow: range[0], breachAbove: range[1], normalFrom, normalTo };
  }
}

/** The words of a rule with those of an exception over them. */
function mixed(words: Words, different: Words): Words {
  const mix: Words = { ...words, off: false, ...different };
  const brings = (all: string[]) => all.some((it) => different[it] !== undefined);
  if (brings(CONDITIONS)) {
    for (const it of [...CONDITIONS, 'clear']) if (different[it] === undefined) delete mix[it];
  }
  if (brings(['for'])) delete mix['repeat'];
  if (brings(['repeat'])) delete mix['for'];
  return mix;
}

function zoneOf(words: unknown): Zone | undefined {
  if (!isObject(words)) return undefined;
  const { latitude, longitude, radiusM, polygon } = words;
  if (Array.isArray(polygon)) {
    const corners = polygon.map(rangeOf);
    return corners.every((it) => it !== undefined) ? { corners } : undefined;
  }
  if (typeof latitude !== 'number' || typeof longitude !== 'number' || typeof radiusM !== 'number')
    return undefined;
  return { middle: [latitude, longitude], radiusM };
}

function patternOf(text: string): RegExp {
  return new RegExp(`^${text.split('*').join('.*')}$`);
}

const UNITS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function msOf(value: unknown): number | undefined {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(String(value)) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS.get(unit ?? '') ?? NaN);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
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

function isObject(value: unknown): value is Words {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function entry(value: unknown, name: string): unknown {
  return new Map(entries(value)).get(name);
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
