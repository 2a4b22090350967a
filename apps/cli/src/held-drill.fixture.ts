import { realServices } from '@navora/testing';
import { expect } from 'vitest';
import { MINUTES, SEED } from './long-drill-config.js';
import { navora } from './services.fixture.js';

/** A drill of these minutes and this seed, in which every promise holds. */
export async function held(...args: string[]): Promise<void> {
  const { stack } = realServices();
  if (!stack) throw new Error('a drill breaks a stack of processes, and this one is of containers');
  const drill = ['drill', '--stack', stack, '--seed', String(SEED), '--minutes', String(MINUTES), ...args];
  const { code, stdout, stderr } = await navora(...drill);
  expect(stdout.trimEnd().split('\n').at(-1), `${stdout}\n${stderr}`).toBe('held');
  expect(code).toBe(0);
}
