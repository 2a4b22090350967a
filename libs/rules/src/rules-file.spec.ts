import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parseRules, rulesJsonSchema, WrongRules } from './index.js';

const config = (name: string) => fileURLToPath(new URL(`../../../config/${name}`, import.meta.url));

const RULES = `
rules:
  - { id: engine-overheating, measurement: engineTemperatureC, above: 100, clear: 95, severity: critical }
  - { id: cargo, measurement: cargoTemperatureC, outside: [2, 8], severity: warning }
  - { id: tyre, measurement: tyrePressureKpa, below: 600, severity: info }
`;

function mistakesIn(text: string): readonly string[] {
  try {
    parseRules(text, 'rules.yaml');
  } catch (error) {
    if (error instanceof WrongRules) return error.mistakes;
    throw error;
  }
  return [];
}

/** One rule with these keys, in a file with a depot and a group of vans. */
const withRule = (keys: string) => `
places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: 200 } }
groups: { vans: [van-*] }
rules: [{ id: r, severity: info, ${keys} }]`;

describe('a rules file', () => {
  it('of today is read as ever', () => {
    const { rules } = parseRules(readFileSync(config('rules.yaml'), 'utf8'), 'rules.yaml');
    expect(rules.map(({ id, condition, timing }) => [id, condition, timing])).toEqual([
      [
        'engine-overheating',
        { kind: 'above', measurement: 'engineTemperatureC', threshold: 100, clear: 95 },
        null,
      ],
      ['fuel-low', { kind: 'below', measurement: 'fuelLevelPercent', threshold: 15, clear: 18 }, null],
      [
        'cargo-out-of-range',
        {
          kind: 'outside',
          measurement: 'cargoTemperatureC',
          ...{ low: 2, high: 8, clearLow: 2.5, clearHigh: 7.5 },
        },
        null,
      ],
    ]);
  });

  it('changes its version with the meaning, not with a comment', () => {
    const version = parseRules(RULES, 'a').version;
    expect(parseRules(`# hot\n${RULES}`, 'a').version).toBe(version);
    expect(parseRules(RULES.replace('100', '101'), 'a').version).not.toBe(version);
    expect(parseRules(`${RULES}limits: { tyrePressureKpa: [0, 2000] }`, 'a').version).not.toBe(version);
  });

  it('says how long, how often, and how soon again', () => {
    const { rules } = parseRules(
      `rules:
  - { id: a, measurement: x, above: 1, severity: info, for: 30s, clearFor: 5m, maxGap: 2h, reopenWithin: 1d }
  - { id: b, measurement: x, above: 1, severity: info, repeat: { times: 3, within: 10m } }`,
      'rules.yaml',
    );
    expect(rules.map(({ timing }) => timing)).toEqual([
      {
        ...{ forMs: 30_000, clearForMs: 300_000, maxGapMs: 7_200_000, reopenWithinMs: 86_400_000 },
        ...{ repeatTimes: 1, repeatWithinMs: 0 },
      },
      {
        ...{ forMs: 0, clearForMs: 0, maxGapMs: null, reopenWithinMs: 0 },
        ...{ repeatTimes: 3, repeatWithinMs: 600_000 },
      },
    ]);
  });

  it('lays an override over its rule; one that brings a condition takes the place of the old one', () => {
    const { rules } = parseRules(
      `groups: { vans: [van-*], tests: [test-1] }
rules:
  - id: hot
    measurement: engineTemperatureC
    above: 100
    clear: 95
    severity: warning
    for: 1m
    overrides:
      tests: { off: true }
      vans: { above: 110, severity: critical, repeat: { times: 2, within: 1m } }`,
      'rules.yaml',
    );
    expect(rules[0]?.overrides).toMatchObject([
      { group: 'tests', off: true },
      {
        group: 'vans',
        off: false,
        severity: 'critical',
        condition: { kind: 'above', measurement: 'engineTemperatureC', threshold: 110, clear: 110 },
        timing: { forMs: 0, repeatTimes: 2 },
      },
    ]);
  });

  it('has every mistake named with line and column, all at once, with what was expected and found', () => {
    const text = `rules:
  - id: Engine
    measurement: engineTemperatureC
    above: hot
    severity: grave
  - { id: a, measurement: x, above: 1, below: 2, severity: info }
  - { id: b, measurement: x, above: 1, clear: 2, severity: info, colour: red }
  - { id: c, measurement: x, outside: [8, 2], severity: info }
  - { id: c, measurement: x, above: 1, for: 5 minutes, severity: info }
  - { id: d, inside: nowhere, severity: info, overrides: { vans: { above: 3 } } }
places:
  depot: { latitude: 95, longitude: 13 }
groups:
  Vans: [van 1]
limits: { speedKph: [300, 0], location: [1, 2] }
`;
    expect(() => parseRules(text, 'rules.yaml')).toThrow(
      [
        'rules.yaml is not a rules file:',
        '  line 2, column 9: id: must be lower-case letters, digits and dashes, found "Engine"',
        '  line 4, column 12: above: must be a number, found "hot"',
        '  line 5, column 15: severity: must be one of info, warning, critical, found "grave"',
        '  line 6, column 5: there must be exactly one of above, below, outside, inside, equals, silentFor, allOf, anyOf, found above and below',
        '  line 7, column 47: clear: must be at most 1, found 2',
        '  line 7, column 66: "colour" means nothing here',
        '  line 8, column 39: outside: must be [low, high], low first, found [8,2]',
        '  line 9, column 11: id: a second rule with the id "c"',
        '  line 9, column 45: for: must be a length of time, such as 30s, 5m or 2h, found "5 minutes"',
        '  line 10, column 22: inside: there is no place "nowhere"',
        '  line 10, column 66: overrides: there is no group "vans"',
        '  line 10, column 66: measurement: must name a field of the reading, found nothing',
        '  line 12, column 10: must have latitude, longitude and radiusM, or a polygon, found latitude, longitude',
        '  line 12, column 22: latitude: must be degrees from -90 to 90, found 95',
        '  line 14, column 3: must be lower-case letters, digits and dashes, found "Vans"',
        '  line 15, column 21: speedKph: must be [low, high], low first, found [300,0]',
        '  line 15, column 41: measurement: location is not a measurement',
      ].join('\n'),
    );
  });

  it.each([
    ['measurement: x, above: 1, for: 1m, repeat: { times: 2, within: 1m }', 'either "for" or "repeat"'],
    ['measurement: x, above: 1, repeat: { times: 1, within: 1m }', 'times: must be a whole number from 2'],
    ['measurement: x, above: 1, repeat: { times: 3 }', 'within: must be a length of time'],
    ['measurement: x, above: 1, maxGap: 1m', 'maxGap: means nothing without "for" or "clearFor"'],
    ['measurement: x, above: 1, for: 0s', 'for: must be a length of time'],
    ['measurement: x, equals: true, clear: 1', 'clear: means nothing beside "equals"'],
    ['measurement: ignitionOn, above: 1', 'ignitionOn is true or false: use "equals"'],
    ['measurement: speedKph, equals: true', 'speedKph is a number: use "above", "below" or "outside"'],
    ['measurement: recordedAt, above: 1', 'recordedAt is not a measurement'],
    ['inside: depot, measurement: x', 'measurement: means nothing beside "inside"'],
    ['outside: depot, clear: [1, 2]', 'clear: means nothing beside "outside"'],
    ['outside: shed', 'outside: there is no place "shed"'],
    ['allOf: [{ inside: depot }]', 'allOf: must be a list of at least two conditions'],
    ['allOf: [{ inside: depot }, { above: 3 }]', 'measurement: must name a field of the reading'],
    ['allOf: [{ inside: depot }, { anyOf: [] }]', '"anyOf" means nothing here'],
    ['inside: depot, overrides: { vans: {} }', 'nothing is different for the group'],
    ['inside: depot, overrides: { vans: { off: true, for: 1m } }', 'for: means nothing beside "off"'],
    ['inside: depot, overrides: { vans: { maxGap: 1m } }', 'maxGap: means nothing without'],
    ['inside: depot, off: false', 'off: must be true, found false'],
    ['silentFor: 10m, for: 1m', 'for: means nothing beside "silentFor"'],
    ['silentFor: 10m, measurement: x', 'measurement: means nothing beside "silentFor"'],
    ['silentFor: 10m, inside: depot', 'found inside and silentFor'],
    ['silentFor: soon', 'silentFor: must be a length of time'],
    ['allOf: [{ inside: depot }, { silentFor: 1m }]', '"silentFor" means nothing here'],
    ['inside: depot, for: 1m, for: 2m', 'Map keys must be unique'],
  ])('is refused with %s', (keys, mistake) => {
    expect(mistakesIn(withRule(keys))).toEqual([expect.stringContaining(mistake)]);
  });

  it('has a mistake behind an alias named too', () => {
    const text = `rules:\n  - &a { id: a, inside: there, severity: info }\n  - *a\n`;
    expect(mistakesIn(text)).toEqual([
      'line 2, column 14: id: a second rule with the id "a"',
      'line 2, column 25: inside: there is no place "there"',
    ]);
  });

  it('is refused when it is no YAML, or has no list', () => {
    expect(() => parseRules('rules: [', 'f')).toThrow(/line 1, column/);
    expect(() => parseRules('a: 1', 'f')).toThrow('rules: there must be a list named "rules"');
    expect(() => parseRules('', 'f')).toThrow('there must be a list named "rules"');
  });

  it('has a published schema that says what the code says', async () => {
    const path = config('rules.schema.json');
    const style = { ...(await resolveConfig(path)), filepath: path };
    await expect(await format(JSON.stringify(rulesJsonSchema()), style)).toMatchFileSnapshot(path);
  });
});
