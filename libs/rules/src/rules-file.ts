import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isMap, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { SEVERITIES, type Condition, type Rule, type Rules, type Severity } from './rule.js';

/** Every mistake of a rules file, each with its line and column. */
export class WrongRules extends Error {
  override name = 'WrongRules';
}

/** @throws WrongRules naming every mistake; Error when the file cannot be read. */
export function loadRules(path: string): Rules {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new WrongRules(
      `the rules file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`,
    );
  }
  return parseRules(text, path);
}

/** @param name what to call the text in errors: its path. */
export function parseRules(text: string, name: string): Rules {
  const reader = new RulesReader(text);
  const rules = reader.read();
  if (reader.mistakes.length > 0) {
    throw new WrongRules(`${name} is not a rules file:\n${reader.mistakes.map((m) => `  ${m}`).join('\n')}`);
  }
  return { version: versionOf(rules), rules };
}

/** Of the meaning, not of the text: a changed comment is no new version. */
function versionOf(rules: Rule[]): string {
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 12);
}

const CONDITIONS = ['above', 'below', 'outside'] as const;
const KEYS = new Set<string>(['id', 'measurement', 'severity', 'clear', ...CONDITIONS]);
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

class RulesReader {
  readonly mistakes: string[] = [];
  private readonly lines = new LineCounter();

  constructor(private readonly text: string) {}

  read(): Rule[] {
    const document = parseDocument(this.text, { lineCounter: this.lines });
    for (const error of document.errors)
      this.mistake(error.pos[0], error.message.split('\n')[0] ?? 'not YAML');
    if (this.mistakes.length > 0) return [];
    const list = isMap(document.contents) ? document.contents.get('rules', true) : undefined;
    if (!isSeq(list)) {
      this.mistake(0, 'there must be a list named "rules"');
      return [];
    }
    const rules = list.items.map((item) => this.rule(item as Node)).filter((rule) => rule !== undefined);
    return this.withoutDoubles(rules, list.items as Node[]);
  }

  private withoutDoubles(rules: Rule[], items: Node[]): Rule[] {
    const seen = new Set<string>();
    rules.forEach((rule, index) => {
      if (seen.has(rule.id)) this.mistake(startOf(items[index]), `a second rule with the id "${rule.id}"`);
      seen.add(rule.id);
    });
    return rules;
  }

  private rule(item: Node): Rule | undefined {
    const at = startOf(item);
    if (!isMap(item)) {
      this.mistake(at, 'a rule must have an id, a measurement, a condition and a severity');
      return undefined;
    }
    const before = this.mistakes.length;
    const values = item.toJSON() as Record<string, unknown>;
    const place = (key: string) => startOf(item.get(key, true) as Node | undefined) || at;
    for (const key of Object.keys(values)) {
      if (!KEYS.has(key))
        this.mistake(place(key), `"${key}" means nothing here (known: ${[...KEYS].join(', ')})`);
    }
    const { id, measurement, severity } = values;
    if (typeof id !== 'string' || !ID.test(id))
      this.mistake(place('id'), `id: must be lower-case letters, digits and dashes, found ${shown(id)}`);
    if (typeof measurement !== 'string' || measurement === '')
      this.mistake(
        place('measurement'),
        `measurement: must name a field of the reading, found ${shown(measurement)}`,
      );
    if (!SEVERITIES.includes(severity as Severity))
      this.mistake(
        place('severity'),
        `severity: must be one of ${SEVERITIES.join(', ')}, found ${shown(severity)}`,
      );
    const condition = this.condition(values, at, place);
    if (this.mistakes.length > before || !condition) return undefined;
    return {
      id: id as string,
      measurement: measurement as string,
      condition,
      severity: severity as Severity,
    };
  }

  private condition(
    values: Record<string, unknown>,
    at: number,
    place: (key: string) => number,
  ): Condition | undefined {
    const kinds = CONDITIONS.filter((kind) => values[kind] !== undefined);
    const kind = kinds[0];
    if (kind === undefined || kinds.length > 1) {
      this.mistake(
        at,
        `there must be exactly one of ${CONDITIONS.join(', ')}, found ${kinds.join(' and ') || 'none'}`,
      );
      return undefined;
    }
    const bounds = values[kind];
    const clear = values['clear'] ?? bounds;
    if (kind === 'outside') return this.outside(bounds, clear, place);
    if (!isNumber(bounds))
      return this.mistake(place(kind), `${kind}: must be a number, found ${shown(bounds)}`);
    if (!isNumber(clear))
      return this.mistake(place('clear'), `clear: must be a number, found ${shown(clear)}`);
    if (kind === 'above' && clear > bounds)
      return this.mistake(place('clear'), `clear: must be at most ${bounds}, found ${clear}`);
    if (kind === 'below' && clear < bounds)
      return this.mistake(place('clear'), `clear: must be at least ${bounds}, found ${clear}`);
    return { kind, threshold: bounds, clear };
  }

  private outside(bounds: unknown, clear: unknown, place: (key: string) => number): Condition | undefined {
    if (!isRange(bounds))
      return this.mistake(place('outside'), `outside: must be [low, high], found ${shown(bounds)}`);
    if (!isRange(clear))
      return this.mistake(place('clear'), `clear: must be [low, high], found ${shown(clear)}`);
    const [low, high] = bounds;
    const [clearLow, clearHigh] = clear;
    if (clearLow < low || clearHigh > high) {
      return this.mistake(
        place('clear'),
        `clear: must lie within [${low}, ${high}], found [${clearLow}, ${clearHigh}]`,
      );
    }
    return { kind: 'outside', low, high, clearLow, clearHigh };
  }

  private mistake(offset: number, what: string): undefined {
    const { line, col } = this.lines.linePos(offset);
    this.mistakes.push(`line ${line || 1}, column ${col || 1}: ${what}`);
  }
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRange(value: unknown): value is [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [low, high] = value as unknown[];
  return isNumber(low) && isNumber(high) && low <= high;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
