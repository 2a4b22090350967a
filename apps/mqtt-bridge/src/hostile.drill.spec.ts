import { expect, it, onTestFinished } from 'vitest';
import { soak } from './soak.fixture.js';
import { expectUnharmed, figuresOf } from './unharmed.fixture.js';
import { TestStack } from './test-stack.fixture.js';

/** Another seed, fewer bodies or another rate: NAVORA_SOAK_SEED, NAVORA_SOAK_BODIES, NAVORA_SOAK_RATE. */
const setting = (name: string, otherwise: number) => Number(process.env[`NAVORA_SOAK_${name}`] ?? otherwise);

/** From the second quarter to the last, when everything has long been compiled and cached. */
const MOST_GROWTH = 1.25;

it('B12: a million hostile bodies beside good ones: each is given up with its reason, and memory stays level', async () => {
  const plan = {
    seed: setting('SEED', Math.floor(Math.random() * 2 ** 31)),
    hostileBodies: setting('BODIES', 1_000_000),
    hostilePerSecond: setting('RATE', 1000),
    goodPerSecond: 500,
    quietMs: 20_000,
  };
  process.stdout.write(`hostile soak: seed ${plan.seed}\n`);
  const stack = await TestStack.open(process.env, { reads: [] });
  onTestFinished(() => stack.dispose(), 60_000);
  const report = await soak(stack, plan);
  process.stdout.write(`hostile soak: ${figuresOf(report)}\n`);
  expectUnharmed(report, 100);
  const { rssBytes } = report;
  const quarter = Math.floor(rssBytes.length / 4);
  const early = median(rssBytes.slice(quarter, 2 * quarter));
  expect(median(rssBytes.slice(-quarter)), `I10: ${figuresOf(report)}`).toBeLessThan(MOST_GROWTH * early);
}, 3_600_000);

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
