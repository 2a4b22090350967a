import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AtOnce } from './at-once.js';

it('runs all tasks, never more at once than allowed, in their order', async () => {
  const atOnce = new AtOnce(3);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const task = (number: number) => async () => {
    begun.push(number);
    most = Math.max(most, ++running);
    await pause(number % 3);
    running--;
  };
  await Promise.all(Array.from({ length: 20 }, (_, number) => atOnce.run(task(number))));
  expect(most).toBe(3);
  expect(begun).toEqual([...begun].sort((a, b) => a - b));
  expect(begun).toHaveLength(20);
});

it('goes on after a task that failed', async () => {
  const atOnce = new AtOnce(1);
  await expect(atOnce.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await atOnce.run(async () => 'yes')).toBe('yes');
});
