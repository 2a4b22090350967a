import { NO_FENCES } from '@navora/erasure';
import { createLogger } from '@navora/runtime';
import { aReading } from '@navora/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Gathering, LatestStates, type LatestState } from './latest-states.js';

const log = createLogger('test', 'silent');
const NOW = Date.now();
const AT_ONCE: { gathering: Gathering } = { gathering: { forMs: 0, readings: 1 } };

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
    NO_FENCES,
    AT_ONCE,
  );
  await Promise.all([5, 7, 6].map((recordedAt) => latest.remember(1, aReading({ recordedAt }), NOW)));
  await latest.remember(1, aReading({ vehicleId: 'other', recordedAt: 1 }), NOW);
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
    NO_FENCES,
    AT_ONCE,
  );
  await latest.remember(1, aReading(), NOW);
  expect(health).toEqual([true, false, false]);
  expect(latest.healthy).toBe(true);
});

it('leaves out what was not measured', async () => {
  let state = '';
  const latest = new LatestStates(
    { write: async (_, [only]) => void (state = only?.state ?? '') },
    log,
    NO_FENCES,
    AT_ONCE,
  );
  await latest.remember(
    1,
    aReading({ location: null, cargoTemperatureC: null, extras: { door: 'shut' } }),
    NOW,
  );
  expect(JSON.parse(state)).toMatchObject({ speedKph: 71.5, extras: { door: 'shut' } });
  expect(JSON.parse(state)).not.toHaveProperty('cargoTemperatureC');
  expect(JSON.parse(state)).not.toHaveProperty('location');
});

it('writes nothing of a vehicle whose fence comes while a write fails, and resolves all the same', async () => {
  const written: string[] = [];
  let attempts = 0;
  const fences = { ...NO_FENCES, isErased: (vehicle: string) => attempts > 0 && vehicle === 'forgotten' };
  const write = async (_: number, states: LatestState[]) => {
    if (attempts++ === 0) throw new Error('away');
    written.push(...states.map(({ vehicleId }) => vehicleId));
  };
  const latest = new LatestStates({ write }, log, fences, AT_ONCE);
  await Promise.all(
    ['forgotten', 'other'].map((vehicleId) => latest.remember(1, aReading({ vehicleId }), NOW)),
  );
  expect(written).toEqual(['other']);
});

it('lets no erased reading stand in the way of an older one that was received after the fence', async () => {
  const written: LatestState[] = [];
  let isErased = (_receivedAt: number) => false;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const latest = new LatestStates(
    { write: async (_, states) => void (written.push(...states), await gate) },
    log,
    { ...NO_FENCES, isErased: (_, receivedAt) => isErased(receivedAt) },
    AT_ONCE,
  );
  const first = latest.remember(1, aReading({ vehicleId: 'other' }), NOW);
  await new Promise(setImmediate);
  const before = latest.remember(1, aReading({ recordedAt: 9000 }), NOW);
  isErased = (receivedAt) => receivedAt <= NOW;
  const after = latest.remember(1, aReading({ recordedAt: 5000 }), NOW + 1);
  release();
  await Promise.all([first, before, after]);
  expect(written.map(({ recordedAt }) => recordedAt).at(-1)).toBe(5000);
});

describe('what a shard gathers before it is written', () => {
  const writes: string[][] = [];
  const write = async (_: number, states: LatestState[]) =>
    void writes.push(states.map(({ vehicleId }) => vehicleId));
  beforeEach(() => void (writes.length = 0));

  it('is what comes within a moment, in one write', async () => {
    const latest = new LatestStates({ write }, log, NO_FENCES, { gathering: { forMs: 20, readings: 100 } });
    await Promise.all(['a', 'b', 'c'].map((vehicleId) => latest.remember(1, aReading({ vehicleId }), NOW)));
    expect(writes).toEqual([['a', 'b', 'c']]);
  });

  it('is written at once when it is enough', async () => {
    const latest = new LatestStates({ write }, log, NO_FENCES, { gathering: { forMs: 60_000, readings: 3 } });
    await Promise.all(['a', 'b', 'c'].map((vehicleId) => latest.remember(1, aReading({ vehicleId }), NOW)));
    expect(writes).toEqual([['a', 'b', 'c']]);
  });

  it('is apart from what another shard gathers', async () => {
    const latest = new LatestStates({ write }, log, NO_FENCES, { gathering: { forMs: 20, readings: 100 } });
    await Promise.all(
      [1, 2].map((shard) => latest.remember(shard, aReading({ vehicleId: `v${shard}` }), NOW)),
    );
    expect(writes).toEqual([['v1'], ['v2']]);
  });
});
