import { describe, expect, it } from 'vitest';
import { caughtUp, lagsOf, type Standing } from './quiet.js';

const standing = (committed: bigint, end: bigint): Standing => ({
  group: 'navora-processor',
  topic: 'telemetry.readings.v1',
  starts: new Map([[0, 0n]]),
  ends: new Map([[0, end]]),
  committed: new Map([[0, committed]]),
});

async function wait(looks: Standing[], patienceMs = 60_000) {
  let clock = 0;
  let seen = 0;
  const last = await caughtUp({
    look: async () => looks[Math.min(seen++, looks.length - 1)] ?? standing(0n, 0n),
    patienceMs,
    onProgress: () => undefined,
    pause: async (ms) => (clock += ms),
    now: () => clock,
  });
  return { seen, lags: lagsOf(last), ends: last.ends.get(0) };
}

describe('a group has caught up', () => {
  it('when it has committed all that was there at the first look, though others send on', async () => {
    const looks = [standing(1n, 9n), standing(7n, 11n), standing(12n, 14n)];
    expect(await wait(looks)).toEqual({ seen: 3, lags: [], ends: 9n });
  });

  it('however long it takes, as long as it moves on', async () => {
    const looks = Array.from({ length: 9 }, (_, i) => standing(BigInt(i + 1), 9n));
    expect(await wait(looks, 600)).toMatchObject({ seen: 9, lags: [] });
  });

  it('or stands still, and then it is said how far it is behind', async () => {
    const lag = {
      group: 'navora-processor',
      topic: 'telemetry.readings.v1',
      partition: 0,
      committed: 1n,
      end: 9n,
    };
    expect(await wait([standing(1n, 9n)], 1500)).toEqual({ seen: 4, lags: [lag], ends: 9n });
  });

  it('or nobody waits for it', async () => {
    expect(await wait([standing(1n, 9n), standing(9n, 9n)], 0)).toMatchObject({ seen: 1 });
  });
});
