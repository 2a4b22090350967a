import type { Erasure } from '@navora/erasure';
import { beforeEach, describe, expect, it } from 'vitest';
import { ErasureRun, StillWritten, type ErasureParts } from './erasure-run.js';
import type { Behind, Found } from './erased-remains.js';

const TIMING = { aheadMs: 90_000, moveWithinMs: 45_000, seenByAllMs: 32_000 };
const START = 1_000_000;

let now: number;
let table: Erasure | undefined;
let steps: string[];
let looks: Behind[];
beforeEach(async () => {
  // Of the test before, somebody may still be waiting.
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  [now, table, steps, looks] = [START, undefined, [], []];
});

/** @param found what each look finds, and how long it takes in seconds. */
function aRun(
  found: readonly (readonly [rows: number, seconds: number])[],
  over: Partial<ErasureParts> = {},
) {
  const left = [...found];
  const pending: { at: number; resume: () => void }[] = [];
  // Time goes on when everybody waits.
  const pause = (ms: number) =>
    new Promise<void>((resume) => {
      pending.push({ at: now + ms, resume });
      setImmediate(() => {
        pending.sort((one, other) => one.at - other.at);
        const next = pending.shift();
        if (!next) return;
        now = Math.max(now, next.at);
        next.resume();
      });
    });
  return new ErasureRun({
    erasures: {
      change: async (_, decide) => {
        const next = decide(table);
        if (next) steps.push(`${next.state} up to ${(next.erasedAt - START) / 1000}`);
        table = next ?? table;
        return table;
      },
    },
    remains: {
      look: async (behind): Promise<Found> => {
        const [rows, seconds] = left.shift() ?? [0, 0];
        steps.push(`look at ${(now - START) / 1000}`);
        looks.push(behind);
        if (seconds > 0) await pause(seconds * 1000);
        return rows > 0 ? { readings: rows } : {};
      },
    },
    copiesUntil: async (erasedAt) => ({ readings: erasedAt + 1, signals: null }),
    timing: TIMING,
    progress: { fence: () => undefined, waiting: () => undefined, looked: () => undefined },
    pause,
    now: () => now,
    signal: new AbortController().signal,
    ...over,
  });
}

const erase = (run: ErasureRun) => run.erase({ vehicleId: 'truck-1', by: 'ann' });

describe('an erasure', () => {
  it('sets the fence ahead, looks only once all have seen it, and ends with a look that finds nothing', async () => {
    const {
      erasure,
      removed,
      looks: count,
    } = await erase(
      aRun([
        [7, 0],
        [0, 0],
      ]),
    );
    expect(steps).toEqual(['erasing up to 90', 'look at 32', 'look at 32', 'erased up to 90']);
    expect([erasure.state, removed, count]).toEqual(['erased', { readings: 7 }, 2]);
    expect(erasure.kafkaUntil).toEqual({ readings: START + 90_001 });
  });

  it('of a vehicle that has nothing is an erasure as well: something may be under way', async () => {
    const { erasure } = await erase(aRun([]));
    expect([erasure.state, erasure.removed]).toEqual(['erased', {}]);
  });

  it('keeps the fence ahead while it looks, in time for all to see it', async () => {
    const { erasure } = await erase(
      aRun([
        [7, 120],
        [0, 20],
      ]),
    );
    expect(steps.filter((step) => step.startsWith('erasing'))).toEqual([
      'erasing up to 90',
      'erasing up to 135',
      'erasing up to 180',
      'erasing up to 225',
    ]);
    expect(erasure.erasedAt - START).toBe(225_000);
    expect(now).toBeLessThan(erasure.erasedAt);
  });

  it('begins again when it was held up and the fence fell behind', async () => {
    const looked = () => void (looks.length === 1 && (now += 200_000));
    const held = aRun(
      [
        [0, 0],
        [3, 0],
        [0, 0],
      ],
      {
        progress: { fence: () => undefined, waiting: () => undefined, looked },
      },
    );
    const { removed } = await erase(held);
    expect(steps).toEqual([
      'erasing up to 90',
      'look at 32',
      'erasing up to 322',
      'look at 264',
      'look at 264',
      'erased up to 322',
    ]);
    expect(removed).toEqual({ readings: 3 });
  });

  it('that was broken off goes on with whoever asked first, behind a fence that is moved on', async () => {
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    await expect(erase(aRun([], { signal: stop.signal }))).rejects.toThrow('interrupted');
    expect(table).toMatchObject({ state: 'erasing', by: 'ann', requestedAt: START });
    now += 600_000;
    const { erasure } = await aRun([[2, 0]]).erase({ vehicleId: 'truck-1', by: 'bob' });
    expect(erasure).toMatchObject({
      state: 'erased',
      by: 'ann',
      requestedAt: START,
      removed: { readings: 2 },
    });
    expect(erasure.erasedAt).toBe(START + 690_000);
  });

  it('of a vehicle that was erased before begins a new one, and never lowers the fence', async () => {
    await erase(aRun([[7, 0]]));
    const ahead = { ...(table as Erasure), erasedAt: START + 500_000 };
    table = ahead;
    const { erasure } = await aRun([[1, 0]]).erase({ vehicleId: 'truck-1', by: 'bob', comment: 'again' });
    expect(erasure).toMatchObject({ by: 'bob', comment: 'again', removed: { readings: 1 } });
    expect(erasure.erasedAt).toBe(ahead.erasedAt);
  });

  it('leaves the end to another run that has moved the fence on', async () => {
    const run = aRun([], {
      copiesUntil: async () => {
        table = { ...(table as Erasure), erasedAt: START + 500_000 };
        return {};
      },
    });
    expect((await erase(run)).erasure.state).toBe('erasing');
  });

  it('says so when rows appear again and again', async () => {
    const run = aRun(Array.from({ length: 50 }, () => [1, 0] as const));
    await expect(erase(run)).rejects.toThrow(StillWritten);
    expect(table?.state).toBe('erasing');
  });
});
