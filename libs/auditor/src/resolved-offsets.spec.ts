import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy } from './forged.fixture.js';

const { the } = world;

describe('I5: what is committed is resolved', () => {
  it('a latest state that is older than a committed reading', async () => {
    await expect(
      brokenBy(({ latest, rows }) => ({
        latest: new Map([...latest, ['truck-2', the(rows, 'truck-2', 1)]]),
      })),
    ).resolves.toEqual(['I5 offsets unresolved']);
  });

  it('a vehicle without any latest state', async () => {
    await expect(
      brokenBy(({ latest }) => ({ latest: new Map([...latest].filter(([key]) => key !== 'truck-3')) })),
    ).resolves.toEqual(['I5 offsets unresolved']);
  });
});
