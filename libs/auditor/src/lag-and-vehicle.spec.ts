import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy, replace, recordAt } from './forged.fixture.js';

describe('the rest', () => {
  it('a record under the key of another vehicle', async () => {
    await expect(
      brokenBy((good) => ({ records: replace(good.records, recordAt(good, 20n), { key: 'truck-2' }) })),
    ).resolves.toEqual(['I12 wrong vehicle']);
  });

  it('a consumer that never catches up', async () => {
    const lags = [
      { group: 'navora-processor', topic: world.READINGS, partition: 0, committed: 20n, end: 22n },
    ];
    await expect(brokenBy(() => ({ lags, committed: new Map([[0, 20n]]) }))).resolves.toEqual(['I9 lag']);
  });
});
