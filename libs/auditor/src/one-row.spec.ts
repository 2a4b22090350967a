import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy, replace, at, type Lie } from './forged.fixture.js';

const { START } = world;

describe('I3: one row per reading', () => {
  it('one reading under two times', async () => {
    const lie: Lie = ({ rows }) => ({ rows: [...rows, { ...at(rows, 0), recordedAt: START + 1001 }] });
    await expect(brokenBy(lie)).resolves.toEqual(['I3 duplicated']);
  });

  it('one reading in two buckets', async () => {
    const lie: Lie = ({ rows }) => ({
      rows: [...rows, { ...at(rows, 0), bucket: at(rows, 0).bucket + 3_600_000 }],
    });
    await expect(brokenBy(lie)).resolves.toEqual(['I3 duplicated']);
  });

  it('a row in the shard of another vehicle', async () => {
    await expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 0), { shard: at(rows, 0).shard + 1 }) })),
    ).resolves.toEqual(['I3 duplicated']);
  });
});
