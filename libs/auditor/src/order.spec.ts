import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { Sent } from './evidence.js';
import { brokenBy, replace, recordAt, type Lie } from './forged.fixture.js';

const { the, START } = world;

describe('I4: order per vehicle', () => {
  it('two readings swapped', async () => {
    await expect(
      brokenBy(({ history }) => {
        const [one, two] = [the(history.sent, 'truck-1', 1), the(history.sent, 'truck-1', 2)];
        const swapped = history.sent.map((it) =>
          it === one ? { ...one, order: 2 } : it === two ? { ...two, order: 1 } : it,
        );
        return { history: { ...history, sent: swapped } };
      }),
    ).resolves.toEqual(['I4 out of order']);
  });

  it('a second run behind the first is fine, in front of it not', async () => {
    const second = (sent: Sent) => ({
      ...sent,
      run: 2,
      order: 1,
      firstSentAt: START + 60_000,
      acknowledgedAt: START + 60_009,
    });
    const lie =
      (nth: number): Lie =>
      ({ history }) => ({
        history: {
          ...history,
          sent: history.sent.map((it) => (it === the(history.sent, 'truck-1', nth) ? second(it) : it)),
        },
      });
    await expect(brokenBy(lie(6))).resolves.toEqual([]);
    await expect(brokenBy(lie(2))).resolves.toEqual(['I4 out of order']);
  });

  it('one vehicle in two partitions', async () => {
    await expect(
      brokenBy((good) => ({
        records: replace(good.records, recordAt(good, 20n), { partition: 1 }),
        committed: new Map([[0, 22n]]),
      })),
    ).resolves.toEqual(['I4 out of order']);
  });
});
