import { createLogger } from '@navora/runtime';
import { aReading } from '@navora/testing';
import { expect, it } from 'vitest';
import { LatestStates, type LatestState } from './latest-states.js';

const log = createLogger('test', 'silent');

it('writes only the newest of what waits, and resolves everything that it covers', async () => {
  const written: LatestState[][] = [];
  const latest = new LatestStates(
    {
      write: async (_, states) => {
        await new Promise(setImmediate);
        written.push(states);
      },
    },
    log,
  );
  await Promise.all([5, 7, 6].map((recordedAt) => latest.remember(1, aReading({ recordedAt }))));
  await latest.remember(1, aReading({ vehicleId: 'other', recordedAt: 1 }));
  expect(written.map((states) => states.map(({ vehicleId, recordedAt }) => [vehicleId, recordedAt]))).toEqual(
    [[['truck-17', 5]], [['truck-17', 7]], [['other', 1]]],
  );
});

it('repeats a failed write, and is not healthy meanwhile', async () => {
  let failures = 2;
  const health: boolean[] = [];
  const latest: LatestStates = new LatestStates(
    {
      write: async () => {
        health.push(latest.healthy);
        if (failures-- > 0) throw new Error('away');
      },
    },
    log,
  );
  await latest.remember(1, aReading());
  expect(health).toEqual([true, false, false]);
  expect(latest.healthy).toBe(true);
});

it('leaves out what was not measured', async () => {
  let state = '';
  const latest = new LatestStates({ write: async (_, [only]) => void (state = only?.state ?? '') }, log);
  await latest.remember(1, aReading({ location: null, cargoTemperatureC: null, extras: { door: 'shut' } }));
  expect(JSON.parse(state)).toMatchObject({ speedKph: 71.5, extras: { door: 'shut' } });
  expect(JSON.parse(state)).not.toHaveProperty('cargoTemperatureC');
  expect(JSON.parse(state)).not.toHaveProperty('location');
});
