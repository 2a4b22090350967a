import type { Reading } from '@navora/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, outcomeOf, parseRules, type Condition } from './index.js';

const aReading = (over: Partial<Reading>): Reading => ({
  messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  vehicleId: 'truck-17',
  recordedAt: 1_763_800_000_000,
  sequence: null,
  location: null,
  speedKph: null,
  fuelLevelPercent: null,
  engineTemperatureC: null,
  cargoTemperatureC: null,
  ignitionOn: null,
  extras: {},
  ...over,
});

const RULES = `
rules:
  - { id: engine-overheating, measurement: engineTemperatureC, above: 100, clear: 95, severity: critical }
  - { id: cargo, measurement: cargoTemperatureC, outside: [2, 8], severity: warning }
  - { id: tyre, measurement: tyrePressureKpa, below: 600, severity: info }
`;

describe('judge', () => {
  const { rules } = parseRules(RULES, 'rules.yaml');

  it('says nothing about what was not measured', () => {
    expect(judge(rules, aReading({}))).toEqual([]);
  });

  it('judges fields and extras alike', () => {
    const reading = aReading({
      engineTemperatureC: 97,
      cargoTemperatureC: 8.1,
      extras: { tyrePressureKpa: 820 },
    });
    expect(judge(rules, reading)).toEqual([
      { rule: 'engine-overheating', outcome: 'between', value: 97 },
      { rule: 'cargo', outcome: 'breach', value: 8.1 },
      { rule: 'tyre', outcome: 'normal', value: 820 },
    ]);
  });

  it('takes a threshold itself as no breach', () => {
    const outcomes = (condition: Condition, ...values: number[]) =>
      values.map((value) => outcomeOf(condition, value));
    expect(outcomes({ kind: 'above', threshold: 100, clear: 95 }, 100, 100.1, 95, 95.1)).toEqual([
      'between',
      'breach',
      'normal',
      'between',
    ]);
    expect(outcomes({ kind: 'below', threshold: 15, clear: 18 }, 15, 14.9, 18, 17.9)).toEqual([
      'between',
      'breach',
      'normal',
      'between',
    ]);
  });

  it('is never breached and normal at once, whatever the numbers', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(value, value, value, (a, b, measured) => {
        const [threshold, clear] = a > b ? [a, b] : [b, a];
        const above = outcomeOf({ kind: 'above', threshold, clear }, measured);
        expect(above === 'breach').toBe(measured > threshold);
        if (above === 'normal') expect(measured <= threshold).toBe(true);
      }),
    );
  });
});

describe('parseRules', () => {
  it('changes the version with the meaning, not with a comment', () => {
    const version = parseRules(RULES, 'a').version;
    expect(parseRules(`# hot\n${RULES}`, 'a').version).toBe(version);
    expect(parseRules(RULES.replace('100', '101'), 'a').version).not.toBe(version);
  });

  it('names every mistake with line and column', () => {
    const text = `rules:
  - id: Engine
    measurement: engineTemperatureC
    above: hot
    severity: grave
  - { id: a, measurement: x, above: 1, below: 2, severity: info }
  - { id: b, measurement: x, above: 1, clear: 2, severity: info, colour: red }
  - { id: c, measurement: x, outside: [8, 2], severity: info }
`;
    expect(() => parseRules(text, 'rules.yaml')).toThrow(
      [
        'rules.yaml is not a rules file:',
        '  line 2, column 9: id: must be lower-case letters, digits and dashes, found "Engine"',
        '  line 5, column 15: severity: must be one of info, warning, critical, found "grave"',
        '  line 4, column 12: above: must be a number, found "hot"',
        '  line 6, column 5: there must be exactly one of above, below, outside, found above and below',
        '  line 7, column 74: "colour" means nothing here (known: id, measurement, severity, clear, above, below, outside)',
        '  line 7, column 47: clear: must be at most 1, found 2',
        '  line 8, column 39: outside: must be [low, high], found [8,2]',
      ].join('\n'),
    );
  });

  it('refuses what is no YAML, no list, or a rule twice', () => {
    expect(() => parseRules('rules: [', 'f')).toThrow(/line 1, column/);
    expect(() => parseRules('a: 1', 'f')).toThrow('there must be a list named "rules"');
    expect(() =>
      parseRules(`${RULES}  - { id: tyre, measurement: y, above: 1, severity: info }`, 'f'),
    ).toThrow('a second rule with the id "tyre"');
  });
});
