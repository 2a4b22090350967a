import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TakenBatches } from './taken-batches.js';

it('tells the time of the oldest batch that is not wholly resolved', () => {
  const batches = new TakenBatches();
  batches.note(9n, 1000, undefined);
  batches.note(19n, 2000, undefined);
  expect(batches.oldestBeyond(undefined)).toBe(1000);
  expect(batches.oldestBeyond(9n)).toBe(1000);
  expect(batches.oldestBeyond(10n)).toBe(2000);
  expect(batches.oldestBeyond(20n)).toBeUndefined();
});

it('keeps little however long the oldest waits, and never says that a batch is younger than it is', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 400 }), fc.nat(400), (sizes, resolved) => {
      const batches = new TakenBatches();
      const all: { first: bigint; last: bigint; timestamp: number }[] = [];
      let next = 0n;
      for (const [index, size] of sizes.entries()) {
        const last = next + BigInt(size);
        all.push({ first: next, last, timestamp: 1000 * index });
        batches.note(last, 1000 * index, undefined);
        next = last + 1n;
      }
      expect(Reflect.get(batches, 'batches')).toHaveProperty('length');
      expect((Reflect.get(batches, 'batches') as unknown[]).length).toBeLessThanOrEqual(64);
      const lowWatermark = all[resolved]?.first ?? next;
      const really = all.find(({ last }) => last >= lowWatermark)?.timestamp;
      const said = batches.oldestBeyond(lowWatermark);
      if (really === undefined) expect(said).toBeUndefined();
      else expect(said).toBeLessThanOrEqual(really);
    }),
  );
});
