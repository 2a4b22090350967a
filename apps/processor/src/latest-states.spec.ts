import { NO_FENCES } from '@navora/erasure';
import { createLogger } from '@navora/runtime';
import type { Reading } from '@navora/schemas';
import { aReading, eventually } from '@navora/testing';
import { expect, it } from 'vitest';
import { LatestStates, type LatestState } from './latest-states.js';

const log = createLogger('test', 'silent');
const NOW = Date.now();
const PARTITION = 3;
const NEVER = { savedAtLatestMs: 60_000 };

const of = (over: Partial<Reading>, { shard = 3, receivedAt = NOW } = {}) => ({
  ...{ shard, receivedAt },
  reading: aReading(over),
});

/** Latest states whose writes fail as long as `away` says so. */
function latestStates({ fences = NO_FENCES, savedAtLatestMs = NEVER.savedAtLatestMs } = {}) {
  const writes: { shard: number; states: LatestState[] }[] = [];
  const store = { away: false, writes, failures: 0 };
  const latest = new LatestStates(
    {
      write: async (shard, states) => {
        await new Promise(setImmediate);
        if (store.away) throw new Error('away');
        writes.push({ shard, states });
      },
    },
    log,
    fences,
    { savedAtLatestMs, onFailure: () => store.failures++ },
  );
  const written = () =>
    writes.map(({ states }) => states.map(({ vehicleId, recordedAt }) => `${vehicleId} ${recordedAt}`));
  return { latest, store, written };
}

it('writes nothing until it is told to, and then of each vehicle the newest only', async () => {
  const { latest, written } = latestStates();
  for (const recordedAt of [5, 7, 6]) latest.remember(PARTITION, of({ recordedAt }));
  latest.remember(PARTITION, of({ vehicleId: 'other', recordedAt: 1 }));
  await new Promise(setImmediate);
  expect(written()).toEqual([]);
  await latest.save(PARTITION);
  expect(written()).toEqual([['truck-17 7', 'other 1']]);
  await latest.save(PARTITION);
  expect(written(), 'it is written already').toHaveLength(1);
});

it('writes what came while it wrote at the next time', async () => {
  const { latest, written } = latestStates();
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  const first = latest.save(PARTITION);
  await Promise.resolve();
  latest.remember(PARTITION, of({ recordedAt: 6 }));
  const second = latest.save(PARTITION);
  await first;
  expect(written()).toEqual([['truck-17 5']]);
  await second;
  expect(written()).toEqual([['truck-17 5'], ['truck-17 6']]);
});

it('writes the states of a partition and of no other, one request for each shard', async () => {
  const { latest, store } = latestStates();
  latest.remember(3, of({ vehicleId: 'a' }, { shard: 3 }));
  latest.remember(3, of({ vehicleId: 'b' }, { shard: 19 }));
  latest.remember(3, of({ vehicleId: 'c' }, { shard: 19 }));
  latest.remember(4, of({ vehicleId: 'd' }, { shard: 4 }));
  await latest.save(3);
  expect(store.writes.map(({ shard, states }) => [shard, states.map(({ vehicleId }) => vehicleId)])).toEqual([
    [3, ['a']],
    [19, ['b', 'c']],
  ]);
});

it('divides what would be too much for a request', async () => {
  const { latest, store } = latestStates();
  const diagnostics = 'x'.repeat(100_000);
  for (const vehicleId of ['a', 'b', 'c'])
    latest.remember(PARTITION, of({ vehicleId, extras: { diagnostics } }));
  await latest.save(PARTITION);
  expect(store.writes.map(({ states }) => states.map(({ vehicleId }) => vehicleId))).toEqual([
    ['a', 'b'],
    ['c'],
  ]);
});

it('tells of a failed write, is not healthy meanwhile, and keeps what it could not write', async () => {
  const { latest, store, written } = latestStates();
  store.away = true;
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  await expect(latest.save(PARTITION)).rejects.toThrow('away');
  expect([latest.healthy, store.failures]).toEqual([false, 1]);
  store.away = false;
  latest.remember(PARTITION, of({ recordedAt: 4 }));
  await latest.save(PARTITION);
  expect(latest.healthy).toBe(true);
  expect(written()).toEqual([['truck-17 5']]);
});

it('a save behind one that fails writes what that could not', async () => {
  const { latest, store, written } = latestStates();
  store.away = true;
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  const [first, second] = [latest.save(PARTITION), latest.save(PARTITION)];
  await expect(first).rejects.toThrow('away');
  store.away = false;
  await second;
  expect(written()).toEqual([['truck-17 5']]);
});

it('writes by itself what no commit asks for, and tries again by itself', async () => {
  const { latest, store, written } = latestStates({ savedAtLatestMs: 20 });
  store.away = true;
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  await eventually('a failed write', () => store.failures > 1, { everyMs: 5 });
  store.away = false;
  await eventually('a state', () => written().length > 0, { everyMs: 5 });
  expect(written()).toEqual([['truck-17 5']]);
});

it('leaves out what was not measured', async () => {
  const { latest, store } = latestStates();
  const measured = { location: null, cargoTemperatureC: null, extras: { door: 'shut' } };
  latest.remember(PARTITION, of(measured));
  await latest.save(PARTITION);
  const state = JSON.parse(store.writes[0]?.states[0]?.state ?? '') as Record<string, unknown>;
  expect(state).toMatchObject({ speedKph: 71.5, extras: { door: 'shut' } });
  expect(state).not.toHaveProperty('cargoTemperatureC');
  expect(state).not.toHaveProperty('location');
});

it('writes nothing of a vehicle whose fence comes before the next attempt', async () => {
  let erased = false;
  const fences = { ...NO_FENCES, isErased: (vehicle: string) => erased && vehicle === 'forgotten' };
  const { latest, store, written } = latestStates({ fences });
  store.away = true;
  for (const vehicleId of ['forgotten', 'other'])
    latest.remember(PARTITION, of({ vehicleId, recordedAt: 5 }));
  await expect(latest.save(PARTITION)).rejects.toThrow('away');
  [store.away, erased] = [false, true];
  await latest.save(PARTITION);
  expect(written()).toEqual([['other 5']]);
});

it('writes nothing while nobody can tell which vehicles are erased', async () => {
  const fences = { ...NO_FENCES, fresh: false };
  const { latest, written } = latestStates({ fences });
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  await expect(latest.save(PARTITION)).rejects.toThrow('nobody can tell which vehicles are erased');
  fences.fresh = true;
  await latest.save(PARTITION);
  expect(written()).toEqual([['truck-17 5']]);
});

it('has nothing to fail with while there is nothing to write, whatever is known of fences', async () => {
  const fences = { ...NO_FENCES, fresh: true };
  const { latest } = latestStates({ fences });
  latest.remember(PARTITION, of({ recordedAt: 5 }));
  await latest.save(PARTITION);
  fences.fresh = false;
  await latest.save(PARTITION);
  expect(latest.healthy).toBe(true);
});

it('lets no erased reading stand in the way of an older one that was received after the fence', async () => {
  let fence = -Infinity;
  const { latest, written } = latestStates({
    fences: { ...NO_FENCES, isErased: (_: string, receivedAt: number) => receivedAt <= fence },
  });
  latest.remember(PARTITION, of({ recordedAt: 9000 }, { receivedAt: NOW }));
  fence = NOW;
  latest.remember(PARTITION, of({ recordedAt: 5000 }, { receivedAt: NOW + 1 }));
  await latest.save(PARTITION);
  expect(written()).toEqual([['truck-17 5000']]);
});
