import { realServices } from '@navora/testing';
import { expect, it } from 'vitest';
import { navora } from './services.fixture.js';

const MINUTES = Number(process.env['NAVORA_TEST_DRILL_MINUTES'] ?? 10);
/** Above what a small machine carries: the fifty kills meet a system that is behind. */
const HIGH_RATE = Number(process.env['NAVORA_TEST_DRILL_RATE'] ?? 2000);
const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
/** The load, the draining of its backlog, and the audit. */
const WITHIN_MS = MINUTES * 60_000 * 6 + 600_000;

async function held(...args: string[]): Promise<void> {
  const { stack } = realServices();
  if (!stack) throw new Error('a drill breaks a stack of processes, and this one is of containers');
  const drill = ['drill', '--stack', stack, '--seed', String(SEED), '--minutes', String(MINUTES), ...args];
  const { code, stdout, stderr } = await navora(...drill);
  expect(stdout.trimEnd().split('\n').at(-1), `${stdout}\n${stderr}`).toBe('held');
  expect(code).toBe(0);
}

it(`W1: ${MINUTES} minutes of random faults, seed ${SEED}: every promise held`, () => held(), WITHIN_MS);

it(
  `A2: fifty kills -9 of random services in ${MINUTES} minutes at ${HIGH_RATE} messages a second: every promise held`,
  () => held('--rate', String(HIGH_RATE), '--only', 'A2', '--kills', '50'),
  WITHIN_MS,
);
