import { expect, it } from 'vitest';
import { parseRules, sentenceOf } from './index.js';

it('every rule can say what it means', () => {
  const { rules } = parseRules(
    `
places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: 200 } }
groups: { vans: [van-*], tests: [test-*] }
rules:
  - id: hot
    measurement: engineTemperatureC
    above: 100
    clear: 95
    severity: critical
    for: 90s
    clearFor: 5m
    maxGap: 2h
    reopenWithin: 10m
    overrides: { vans: { below: 110, severity: info, repeat: { times: 3, within: 1h } }, tests: { off: true } }
  - { id: cargo, measurement: cargoTemperatureC, outside: [2, 8], clear: [2.5, 7.5], severity: warning }
  - { id: open, severity: info, allOf: [{ measurement: doorOpen, equals: true }, { outside: depot }] }
  - { id: there, severity: info, anyOf: [{ measurement: doorOpen, equals: false }, { inside: depot }] }
  - { id: old, severity: info, inside: depot, off: true }`,
    'rules.yaml',
  );
  expect(rules.map(sentenceOf)).toEqual([
    'hot (critical): an alert opens when engineTemperatureC is above 100 for 90 s, with readings at most 2 h apart, and clears when engineTemperatureC is 95 or below for 5 m, with readings at most 2 h apart. A breach that begins within 10 m opens it again. For vans (info): an alert opens when engineTemperatureC is below 110 in 3 readings within 1 h, and clears when engineTemperatureC is 110 or above for 5 m, with readings at most 2 h apart. A breach that begins within 10 m opens it again. For tests: off.',
    'cargo (warning): an alert opens when cargoTemperatureC is below 2 or above 8, and clears when cargoTemperatureC is from 2.5 to 7.5.',
    'open (info): an alert opens when doorOpen is true and it is outside depot, and clears when doorOpen is false or it is inside.',
    'there (info): an alert opens when doorOpen is false or it is inside depot, and clears when doorOpen is true and it is outside.',
    'old: is off; what it has opened clears.',
  ]);
});
