import { expect, it } from 'vitest';
import type { Marks } from './alert.js';
import { InMemoryStore } from './testing/in-memory-store.js';
import { ToldBefore } from './told-before.js';

const mark = (vehicleId: string, originOffset: number) => ({
  vehicleId,
  marks: { originPartition: 3, originOffset, recordedAt: 1, messageId: 'm' } satisfies Marks,
  active: false,
});

it('knows how far each vehicle had its say after the marks of its alerts are gone', async () => {
  const kept = new InMemoryStore();
  const before = new ToldBefore(new InMemoryStore(), kept, 0);
  await before.loadAll(3);
  expect(before.of('truck-1')).toBe(-1);
  await before.save(3, [mark('truck-1', 7), mark('truck-2', 9)]);
  await before.save(3, [mark('truck-1', 12)]);
  expect(before.of('truck-1'), 'what this process tells itself').toBe(-1);

  const anew = new ToldBefore(new InMemoryStore(), kept);
  expect(await anew.loadAll(3)).toEqual([]);
  expect([anew.of('truck-1'), anew.of('truck-2'), anew.of('truck-3')]).toEqual([12, 9, -1]);
});

it('follows the marks of the alerts at a distance, and loses none of them', async () => {
  const kept = new InMemoryStore();
  let now = 100_000;
  const marks = new ToldBefore(new InMemoryStore(), kept, 10_000, () => now);
  await marks.save(3, [mark('truck-1', 1)]);
  await marks.save(3, [mark('truck-1', 2)]);
  await marks.save(3, [mark('truck-2', 5)]);
  expect(await kept.loadAll(3)).toEqual([mark('truck-1', 1)]);
  now += 10_000;
  await marks.save(3, []);
  expect(await kept.loadAll(3)).toEqual([mark('truck-1', 2), mark('truck-2', 5)]);
});

it('has what could not be saved due again', async () => {
  let lost = true;
  const kept = new InMemoryStore(() => (lost ? 'lost-before-apply' : 'ok'));
  const marks = new ToldBefore(new InMemoryStore(), kept, 0);
  await expect(marks.save(3, [mark('truck-1', 1)])).rejects.toThrow();
  lost = false;
  await marks.save(3, []);
  expect(await kept.loadAll(3)).toEqual([mark('truck-1', 1)]);
});
