import type { Reading } from '@navora/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aReading } from './a-reading.fixture.js';
import { outcomeAt } from './conditions.js';
import { Judge, parseRules } from './index.js';

const judgeOf = (text: string) => new Judge(parseRules(text, 'rules.yaml'));
const outcomes = (judge: Judge, over: Partial<Reading>) =>
  Object.fromEntries(judge.judge(aReading(over)).verdicts.map(({ rule, outcome }) => [rule, outcome]));

describe('the judge', () => {
  const judge = judgeOf(`
rules:
  - { id: engine, measurement: engineTemperatureC, above: 100, clear: 95, severity: critical, for: 1m }
  - { id: cargo, measurement: cargoTemperatureC, outside: [2, 8], severity: warning }
  - { id: tyre, measurement: tyrePressureKpa, below: 600, severity: info, clearFor: 1m }
  - { id: door, measurement: doorOpen, equals: true, severity: info }
  - { id: parked, measurement: ignitionOn, equals: false, severity: info }`);

  it('says nothing about what was not measured', () => {
    expect(judge.judge(aReading()).verdicts).toEqual([]);
  });

  it('judges fields and extras alike, numbers and booleans', () => {
    const reading = {
      engineTemperatureC: 97,
      cargoTemperatureC: 8.1,
      ignitionOn: true,
      extras: { tyrePressureKpa: 820, doorOpen: true },
    };
    expect(outcomes(judge, reading)).toEqual({
      ...{ engine: 'between', cargo: 'breach', tyre: 'normal', door: 'breach', parked: 'normal' },
    });
  });

  it('takes a value of the other kind for none', () => {
    expect(outcomes(judge, { extras: { tyrePressureKpa: true, doorOpen: 1 } })).toEqual({});
    expect(outcomes(judge, { extras: { doorOpen: 'true' } })).toEqual({});
  });

  it('does not take what every object has for an extra', () => {
    const odd = judgeOf('rules: [{ id: odd, measurement: constructor, equals: true, severity: info }]');
    expect(outcomes(odd, {})).toEqual({});
  });

  it('tells with a breach what an alert needs to know, and with normal what matters there', () => {
    const reading = aReading({
      engineTemperatureC: 101,
      cargoTemperatureC: 5,
      extras: { tyrePressureKpa: 900 },
    });
    expect(judge.judge(reading).verdicts).toMatchObject([
      {
        ...{ rule: 'engine', outcome: 'breach', value: 101, measurement: 'engineTemperatureC' },
        ...{ severity: 'critical', timing: { forMs: 60_000, clearForMs: 0 } },
      },
      { rule: 'cargo', outcome: 'normal', value: 5, measurement: null, severity: null, timing: null },
      { rule: 'tyre', outcome: 'normal', severity: null, timing: { clearForMs: 60_000 } },
    ]);
  });

  it('takes a threshold itself for no breach', () => {
    const at = (condition: Parameters<typeof outcomeAt>[0], ...values: number[]) =>
      values.map((value) => outcomeAt(condition, value));
    const measurement = 'x';
    expect(at({ kind: 'above', measurement, threshold: 100, clear: 95 }, 100, 100.1, 95, 95.1)).toEqual([
      ...['between', 'breach', 'normal', 'between'],
    ]);
    expect(at({ kind: 'below', measurement, threshold: 15, clear: 18 }, 15, 14.9, 18, 17.9)).toEqual([
      ...['between', 'breach', 'normal', 'between'],
    ]);
  });
});

describe('a rule for a group', () => {
  const judge = judgeOf(`
groups: { tests: [test-*], reefers: [reefer-*-de, truck-9], all-trucks: [truck-*] }
rules:
  - id: hot
    measurement: engineTemperatureC
    above: 100
    severity: warning
    overrides:
      tests: { off: true }
      reefers: { above: 110, severity: critical }
      all-trucks: { above: 120 }
  - { id: retired, measurement: speedKph, above: 90, severity: info, off: true }`);
  const of = (vehicleId: string) =>
    judge.judge(aReading({ vehicleId, engineTemperatureC: 115, speedKph: 100 }));

  it('has other thresholds and another severity, the first group in the rule first', () => {
    expect(of('car-1').verdicts).toMatchObject([{ outcome: 'breach', severity: 'warning' }]);
    expect(of('reefer-7-de').verdicts).toMatchObject([{ outcome: 'breach', severity: 'critical' }]);
    expect(of('reefer-7-fr').verdicts).toMatchObject([{ outcome: 'breach', severity: 'warning' }]);
    expect(of('truck-9').verdicts).toMatchObject([{ outcome: 'breach', severity: 'critical' }]);
    expect(of('truck-8').verdicts).toMatchObject([{ outcome: 'normal' }]);
  });

  it('may be off: then there is no verdict, and the signal says so', () => {
    expect(of('test-1')).toEqual({ verdicts: [], off: ['hot', 'retired'], silences: [] });
    expect(of('car-1').off).toEqual(['retired']);
  });
});

describe('a rule about silence', () => {
  const judge = judgeOf(`
groups: { parked: [parked-*], tests: [test-*], fast: [fast-*] }
rules:
  - id: quiet
    silentFor: 10m
    severity: warning
    overrides:
      parked: { silentFor: 1d, severity: info }
      tests: { off: true }
      fast: { measurement: speedKph, above: 100 }
  - { id: hot, measurement: engineTemperatureC, above: 100, for: 1m, severity: info, overrides: { fast: { silentFor: 1m } } }`);
  const of = (vehicleId: string) =>
    judge.judge(aReading({ vehicleId, engineTemperatureC: 50, speedKph: 50 }));

  it('says nothing about a reading, but how long there may be none', () => {
    expect(of('car-1')).toMatchObject({
      verdicts: [{ rule: 'hot' }],
      silences: [{ rule: 'quiet', afterMs: 600_000, severity: 'warning' }],
    });
    expect(judge.silencesOf('parked-1')).toEqual([{ rule: 'quiet', afterMs: 86_400_000, severity: 'info' }]);
    expect(of('test-1')).toMatchObject({ off: ['quiet'], silences: [] });
  });

  it('may be one about readings for a group, and the other way round', () => {
    expect(of('fast-1')).toMatchObject({
      verdicts: [{ rule: 'quiet', outcome: 'normal' }],
      silences: [{ rule: 'hot', afterMs: 60_000, severity: 'info' }],
    });
  });
});

describe('all of and any of', () => {
  const judge = judgeOf(`
rules:
  - id: all
    severity: info
    allOf: [{ measurement: a, above: 10, clear: 5 }, { measurement: b, equals: true }]
  - id: any
    severity: info
    anyOf: [{ measurement: a, above: 10, clear: 5 }, { measurement: b, equals: true }]`);

  it.each([
    [{ a: 11, b: true }, 'breach', 'breach'],
    [{ a: 11, b: false }, 'normal', 'breach'],
    [{ a: 7, b: true }, 'between', 'breach'],
    [{ a: 7, b: false }, 'normal', 'between'],
    [{ a: 3, b: false }, 'normal', 'normal'],
    [{ a: 11 }, undefined, 'breach'],
    [{ a: 7 }, undefined, undefined],
    [{ a: 3 }, 'normal', undefined],
    [{ b: true }, undefined, 'breach'],
    [{ b: false }, 'normal', undefined],
    [{}, undefined, undefined],
  ])('of %j: %s and %s', (extras, all, any) => {
    expect(outcomes(judge, { extras: extras as Record<string, number | boolean> })).toEqual({
      ...(all && { all }),
      ...(any && { any }),
    });
  });

  it('say which measurement their value is of', () => {
    const { verdicts } = judge.judge(aReading({ extras: { a: 11, b: false } }));
    expect(verdicts).toMatchObject([
      { rule: 'all', measurement: 'b', value: 0 },
      { rule: 'any', measurement: 'a', value: 11 },
    ]);
  });

  it('never answer otherwise once what was missing is there', () => {
    const value = fc.option(fc.constantFrom(3, 7, 11), { nil: undefined });
    const truth = fc.option(fc.boolean(), { nil: undefined });
    const some = (a?: number, b?: boolean) =>
      outcomes(judge, { extras: { ...(a !== undefined && { a }), ...(b !== undefined && { b }) } });
    fc.assert(
      fc.property(value, truth, fc.constantFrom(3, 7, 11), fc.boolean(), (a, b, thenA, thenB) => {
        expect(some(a ?? thenA, b ?? thenB)).toMatchObject(some(a, b));
      }),
    );
  });
});

describe('limits', () => {
  const judge = judgeOf(`
limits: { engineTemperatureC: [-50, 200], latitude: [40, 60] }
places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: 200 } }
rules:
  - { id: hot, measurement: engineTemperatureC, above: 100, severity: info }
  - { id: away, outside: depot, severity: info }
  - { id: any, anyOf: [{ measurement: engineTemperatureC, above: 100 }, { measurement: x, above: 1 }], severity: info }`);

  it('take a value beyond them for none, and name it', () => {
    expect(outcomes(judge, { engineTemperatureC: 201, extras: { x: 0 } })).toEqual({});
    expect(judge.implausible(aReading({ engineTemperatureC: 201 }))).toEqual(['engineTemperatureC']);
    expect(judge.implausible(aReading({ engineTemperatureC: 200 }))).toEqual([]);
    const location = { latitude: 0, longitude: 0 };
    expect(outcomes(judge, { location })).toEqual({});
    expect(judge.implausible(aReading({ location, engineTemperatureC: -51 }))).toEqual([
      ...['engineTemperatureC', 'latitude'],
    ]);
  });
});
