import { expect, it, onTestFinished } from 'vitest';
import { soak } from './soak.fixture.js';
import { expectUnharmed, figuresOf } from './unharmed.fixture.js';
import { TestStack } from './test-stack.fixture.js';

it('B12: hostile bodies beside good ones: each is given up with its reason, and nobody else notices', async () => {
  const stack = await TestStack.open(process.env, { reads: [] });
  onTestFinished(() => stack.dispose(), 30_000);
  const report = await soak(stack, {
    seed: 20_261_122,
    hostileBodies: 4000,
    hostilePerSecond: 700,
    goodPerSecond: 500,
    quietMs: 3000,
  });
  process.stdout.write(`${figuresOf(report)}\n`);
  expectUnharmed(report, 300);
  expect(report.buried).toBeGreaterThan(3500);
  expect(report.unverified).toBeGreaterThan(100);
}, 120_000);
