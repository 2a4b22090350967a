import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Backtest } from './rules-backtest.js';
import type { StoredReading } from './stored-readings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-backtest-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function backtest(rules: string, readings: StoredReading[]): Backtest {
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, rules);
  const made = new Backtest(file);
  made.take(readings);
  return made;
}

const reading = (second: number, measured: StoredReading, vehicleId = 'truck-1'): StoredReading => ({
  vehicleId,
  recordedAt: new Date(1_763_800_000_000 + second * 1000).toISOString(),
  messageId: `00000000-0000-4000-8000-${String(second).padStart(12, '0')}`,
  receivedAt: new Date(1_763_800_000_000).toISOString(),
  ...measured,
});

it('judges stored readings in the order of their times, whatever order they come in', () => {
  const made = backtest(
    `places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: 200 } }
rules:
  - { id: hot, measurement: engineTemperatureC, above: 100, for: 2s, severity: info }
  - { id: tyre, measurement: tyrePressureKpa, below: 600, severity: info }
  - { id: away, outside: depot, severity: info }
  - { id: never, measurement: speedKph, above: 300, severity: info }`,
    [
      reading(3, { engineTemperatureC: 90, extras: { tyrePressureKpa: 500 } }),
      reading(2, { engineTemperatureC: 101 }),
      reading(0, { engineTemperatureC: 101, latitude: 53, longitude: 13.4 }),
      reading(1, { engineTemperatureC: 101 }),
      reading(9, { engineTemperatureC: 200, clockSuspect: true }),
      reading(1, { extras: { tyrePressureKpa: 500 } }, 'truck-2'),
    ],
  );
  expect(made.readings).toBe(6);
  expect(made.tally()).toEqual([
    { rule: 'hot', alerts: 1, vehicles: 1, open: 0 },
    { rule: 'tyre', alerts: 2, vehicles: 2, open: 2 },
    { rule: 'away', alerts: 1, vehicles: 1, open: 1 },
    { rule: 'never', alerts: 0, vehicles: 0, open: 0 },
  ]);
});

it('refuses a wrong file', () => {
  expect(() => backtest('rules: [{}]', [])).toThrow('line 1, column 9');
});
