import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { coveredScenarios, drilledScenarios } from './faults/covered.mjs';
import { NOT_COVERED, NOT_PASSED, SCENARIOS } from './faults/scenarios.mjs';
import { withTable } from './faults/table.mjs';

const root = join(import.meta.dirname, '..');
const covered: Map<string, Set<string>> = coveredScenarios(root);
const drilled: Set<string> = drilledScenarios(root);

it.each(SCENARIOS)('$code ($fault) is proved by a test, or named as unproved', ({ code }) => {
  expect(covered.has(code) || drilled.has(code)).not.toBe(NOT_COVERED.has(code));
});

it('knows every scenario that a test or a drill names', () => {
  const known = new Set(SCENARIOS.map(({ code }) => code));
  expect([...covered.keys(), ...drilled].filter((code) => !known.has(code))).toEqual([]);
});

it('docs/faults.md names the tests there are (node tools/faults/table.mjs writes it)', () => {
  const text = readFileSync(join(root, 'docs/faults.md'), 'utf8');
  expect(text).toBe(withTable(text));
});

it('names no test as not passed that is not there', () => {
  expect([...NOT_PASSED].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
