import { describe, expect, it } from 'vitest';
import { lagsOf, type Standing, waitForQuiet } from './quiet.js';

const standing = (committed: bigint, end: bigint): Standing => ({
  group: 'navora-processor',
  topic: 'telemetry.readings.v1',
  starts: new Map([[0, 0n]]),
  ends: new Map([[0, end]]),
  committed: new Map([[0, committed]]),
});

async function wait(looks: Standing[], waitSeconds = 60) {
  let clock = 0;
  let seen = 0;
  const last = await waitForQuiet({
    look: async () => [looks[Math.min(seen++, looks.length - 1)] ?? standing(0n, 0n)],
    waitSeconds,
    onProgress: () => undefined,
    pause: async (ms) => (clock += ms),
    now: () => clock,
  });
  return { seen, lags: last.flatMap(lagsOf) };
}

describe('quiet', () => {
  it('is when all has been committed twice in a row, with nothing new between', async () => {
    const looks = [standing(1n, 9n), standing(9n, 9n), standing(11n, 11n), standing(11n, 11n)];
    expect(await wait(looks)).toEqual({ seen: 4, lags: [] });
  });

  it('may never come, and then says who is behind', async () => {
    const lag = {
      group: 'navora-processor',
      topic: 'telemetry.readings.v1',
      partition: 0,
      committed: 1n,
      end: 9n,
    };
    expect(await wait([standing(1n, 9n)], 3)).toEqual({ seen: 4, lags: [lag] });
  });

  it('is not waited for when told so', async () => {
    expect(await wait([standing(1n, 9n), standing(9n, 9n)], 0)).toMatchObject({ seen: 1 });
  });
});
