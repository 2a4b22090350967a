import { describe, expect, it } from 'vitest';
import { outcomeOf } from './clauses.js';
import { parseRules } from './rules.js';

const rule = (condition: string) => {
  const [only] = parseRules(`rules: [{ id: r, measurement: m, ${condition} }]`, 'rules.yaml');
  const [clause] = only?.clauses ?? [];
  if (clause === undefined) throw new Error('no rule');
  return (value: number) => outcomeOf(clause, value);
};

describe('a rule', () => {
  it.each<[string, [number, string][]]>([
    [
      'above: 100',
      [
        [100.1, 'breach'],
        [100, 'normal'],
      ],
    ],
    [
      'above: 100, clear: 95',
      [
        [101, 'breach'],
        [100, 'between'],
        [95.1, 'between'],
        [95, 'normal'],
      ],
    ],
    [
      'below: 15',
      [
        [14.9, 'breach'],
        [15, 'normal'],
      ],
    ],
    [
      'below: 15, clear: 18',
      [
        [14, 'breach'],
        [15, 'between'],
        [18, 'normal'],
      ],
    ],
    [
      'outside: [2, 8]',
      [
        [1.9, 'breach'],
        [2, 'normal'],
        [8, 'normal'],
        [8.1, 'breach'],
      ],
    ],
    [
      'outside: [2, 8], clear: [2.5, 7.5]',
      [
        [1, 'breach'],
        [2, 'between'],
        [2.5, 'normal'],
        [7.6, 'between'],
        [9, 'breach'],
      ],
    ],
  ])('%s', (condition, cases) => {
    for (const [value, outcome] of cases) expect([value, rule(condition)(value)]).toEqual([value, outcome]);
  });
});

it.each([
  ['rules: [{ id: r, measurement: m }]', 'rules.yaml: rule 1 is not understood'],
  ['something: else', 'rules.yaml: there is no list of rules'],
  ['rules: [', 'rules.yaml: '],
])('%s is refused', (text, why) => expect(() => parseRules(text, 'rules.yaml')).toThrow(why));
