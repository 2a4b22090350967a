import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aGoodWorld } from './a-good-world.js';
import { Archive } from './archive.js';
import type { Entry } from './entry.js';

async function read(archive: Archive, slice: number): Promise<Entry[]> {
  const entries = [];
  for await (const entry of archive.read(slice)) entries.push(entry);
  return entries;
}

it('gives back what was put, slice by slice and in order, whatever its kind', async () => {
  const { records, rows, signals, deadLetters } = aGoodWorld();
  const some: Entry[] = [
    ...records.map((it): Entry => ['record', it]),
    ...rows.map((it): Entry => ['row', it]),
    ...signals.map((it): Entry => ['signal', it]),
    ...deadLetters.map((it): Entry => ['letter', it]),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), fc.nat(some.length - 1)), { maxLength: 1000, size: 'max' }),
      async (puts) => {
        const archive = await Archive.open(4);
        try {
          const expected: Entry[][] = [[], [], [], []];
          for (const [slice, index] of puts) {
            const entry = some[index];
            if (entry === undefined) continue;
            expected[slice]?.push(entry);
            await archive.put(slice, entry);
          }
          for (const [slice, entries] of expected.entries())
            expect(await read(archive, slice)).toEqual(entries);
        } finally {
          await archive.close();
        }
      },
    ),
    { numRuns: 20 },
  );
});
