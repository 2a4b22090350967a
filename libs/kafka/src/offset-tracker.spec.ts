import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetTracker } from './offset-tracker.js';

const trackerOf = (...offsets: bigint[]) => {
  const tracker = new OffsetTracker();
  for (const offset of offsets) tracker.track(offset);
  return tracker;
};

describe('OffsetTracker', () => {
  it('has nothing to commit before the oldest record is resolved', () => {
    const tracker = trackerOf(10n, 11n, 12n);
    tracker.resolve(11n);
    tracker.resolve(12n);
    expect(tracker.lowWatermark).toBeUndefined();
    expect(tracker.unresolved).toBe(1);
    tracker.resolve(10n);
    expect(tracker.lowWatermark).toBe(13n);
    expect(tracker.unresolved).toBe(0);
  });

  it('passes over gaps that compaction leaves', () => {
    const tracker = trackerOf(3n, 7n, 20n);
    tracker.resolve(3n);
    expect(tracker.lowWatermark).toBe(7n);
    tracker.resolve(7n);
    expect(tracker.lowWatermark).toBe(20n);
    tracker.resolve(20n);
    expect(tracker.lowWatermark).toBe(21n);
  });

  it('keeps what is unresolved only, while one record waits and a million behind it are resolved', () => {
    const tracker = trackerOf(0n);
    for (let offset = 1n; offset <= 1_000_000n; offset++) {
      tracker.track(offset);
      if (offset > 100n) tracker.resolve(offset - 100n);
    }
    expect(tracker.unresolved).toBe(101);
    const kept = Object.values(tracker).map((held) =>
      held instanceof Set ? held.size : Array.isArray(held) ? held.length : 0,
    );
    expect(Math.max(...kept)).toBeLessThan(3000);
    tracker.resolve(0n);
    expect(tracker.lowWatermark).toBe(999_901n);
  });

  it('ignores what was never tracked or is resolved already', () => {
    const tracker = trackerOf(3n, 7n);
    for (const offset of [1n, 5n, 9n, 3n, 3n]) tracker.resolve(offset);
    expect(tracker.lowWatermark).toBe(7n);
    expect(tracker.unresolved).toBe(1);
  });

  it('refuses an offset out of order', () => {
    const tracker = trackerOf(5n);
    expect(() => tracker.track(5n)).toThrow(RangeError);
    expect(() => tracker.track(4n)).toThrow('offset 4 was tracked after 5');
  });

  it('never commits past an unresolved record, in any order of tracking and resolving', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.infiniteStream(fc.nat()), (steps, choices) => {
        const tracker = new OffsetTracker();
        const open = new Set<bigint>();
        const done = new Set<bigint>();
        let offset = 0n;
        const check = () => {
          const committed = tracker.lowWatermark ?? 0n;
          for (const unresolved of open) expect(unresolved >= committed).toBe(true);
          const oldest = [...open].reduce<bigint | undefined>(
            (a, b) => (a === undefined || b < a ? b : a),
            undefined,
          );
          const oldestWasResolved = done.has(BigInt(steps[0] ?? 0));
          expect(committed).toBe(oldestWasResolved ? (oldest ?? offset + 1n) : 0n);
          expect(tracker.unresolved).toBe(open.size);
        };
        const choose = () => choices.next().value as number;
        for (const step of steps) {
          offset += BigInt(step);
          tracker.track(offset);
          open.add(offset);
          while (open.size > 0 && choose() % 2 === 0) {
            const chosen = [...open][choose() % open.size] as bigint;
            tracker.resolve(chosen);
            open.delete(chosen);
            done.add(chosen);
            check();
          }
        }
        check();
      }),
    );
  });
});
