import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PositionedYaml, type Path } from '@navora/runtime';
import type { z } from 'zod';
import { senselessIn } from './file-sense.js';
import { rulesShape } from './file-shape.js';
import type { Rules } from './rule.js';
import { rulesOf } from './rules-of-shape.js';

/** Every mistake of a rules file, each with its line and column. */
export class WrongRules extends Error {
  override name = 'WrongRules';
  constructor(
    message: string,
    /** `line 3, column 12: …`, in the order of the text; empty when the file could not be read. */
    readonly mistakes: readonly string[] = [],
  ) {
    super(message);
  }
}

/** @throws WrongRules naming every mistake, or that the file cannot be read. */
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
  const yaml = new PositionedYaml(text);
  const rules = yaml.isWrong ? undefined : understood(yaml);
  const mistakes = yaml.mistakesInOrder();
  if (rules === undefined || mistakes.length > 0) {
    throw new WrongRules(
      `${name} is not a rules file:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
      mistakes,
    );
  }
  return { version: versionOf(rules), ...rules };
}

function understood(yaml: PositionedYaml): Omit<Rules, 'version'> | undefined {
  const content = yaml.content;
  const { success, data, error } = rulesShape.safeParse(content);
  for (const issue of error?.issues ?? []) tell(yaml, issue, content);
  for (const { path, what } of senselessIn(content)) yaml.mistakeAt(path, what);
  return success && !yaml.isWrong ? rulesOf(data) : undefined;
}

function tell(yaml: PositionedYaml, issue: z.core.$ZodIssue, content: unknown): void {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) yaml.mistakeAtKey([...path, key], `"${key}" means nothing here`);
  } else if (issue.code === 'invalid_key') {
    const must = issue.issues[0]?.message ?? issue.message;
    yaml.mistakeAtKey(path, `${must}, found ${shown(path.at(-1))}`);
  } else {
    const name = path.findLast((key) => typeof key === 'string');
    const must = name === undefined ? issue.message : `${String(name)}: ${issue.message}`;
    yaml.mistakeAt(path, `${must}, found ${shown(valueAt(content, path))}`);
  }
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], content);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Of the meaning, not of the text: a changed comment is no new version. */
function versionOf(rules: Omit<Rules, 'version'>): string {
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 12);
}
