import { createLogger } from '@navora/runtime';
import { expect, it } from 'vitest';
import { StoreProbe } from './store-probe.js';

it('is well while the store answers, and asks no more once stopped', async () => {
  let away = false;
  let asked = 0;
  const probe = new StoreProbe(
    {
      execute: async () => {
        asked++;
        if (away) throw new Error('away');
        return {} as never;
      },
    },
    { query: 'SELECT', everyMs: 1, log: createLogger('test', 'silent') },
  );
  probe.start();
  await expect.poll(() => asked).toBeGreaterThan(2);
  expect(probe.healthy).toBe(true);
  away = true;
  await expect.poll(() => probe.healthy).toBe(false);
  away = false;
  await expect.poll(() => probe.healthy).toBe(true);
  await probe.stop();
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(before);
});
