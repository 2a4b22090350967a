import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentedMqttJs, ownOneLwt } from './baselines/sides.js';
import { openBenchStack, type BenchStack } from './bench-stack.js';
import { runIntake } from './intake-leg.js';
import { navoraBridge } from './ours/navora-bridge.js';
import { navoraProcessor } from './ours/navora-processor.js';
import { runStorage, StorageWorkload } from './storage-leg.js';

/**
 * Short runs, in which the start of a process weighs more than in the benchmark, on a machine that others use: the
 * floors are far below what `npm run bench` measures. What falls below them is no noise, but lost concurrency.
 */
const INTAKE_FLOOR = 4;
const STORAGE_FLOOR = 3;

const folder = mkdtempSync(join(tmpdir(), 'navora-ahead-'));
const options = {
  ...{ runs: 1, vehicles: 2000, seed: 7, folder, warmUp: false },
  ...{ signal: new AbortController().signal, tell: () => undefined },
};
const RIGHT = { lost: 0, duplicated: 0, outOfOrder: 0, altered: 0 };

let stack: BenchStack;
beforeAll(async () => {
  stack = await openBenchStack(realServices(), {});
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

it('the bridge is far ahead of a client that awaits Kafka for each message, and loses and mixes up nothing', async () => {
  const given = { ...options, readings: 20_000 };
  const ours = await runIntake(stack, given, navoraBridge, 1);
  const theirs = await runIntake(stack, given, documentedMqttJs, 1);
  expect([ours, theirs]).toEqual([expect.objectContaining(RIGHT), expect.objectContaining(RIGHT)]);
  expect(ours.ratePerSecond / theirs.ratePerSecond).toBeGreaterThan(INTAKE_FLOOR);
});

it('the processor is ahead of a client that stores each reading by itself, and loses and mixes up nothing', async () => {
  const given = { ...options, readings: 30_000 };
  const workload = new StorageWorkload(stack, given);
  try {
    const run = { leg: 'b', run: 1, signals: false };
    const ours = await runStorage(stack, given, workload, { ...run, side: navoraProcessor });
    const theirs = await runStorage(stack, given, workload, { ...run, side: ownOneLwt });
    expect([ours, theirs]).toEqual([expect.objectContaining(RIGHT), expect.objectContaining(RIGHT)]);
    expect(ours.ratePerSecond / theirs.ratePerSecond).toBeGreaterThan(STORAGE_FLOOR);
  } finally {
    await workload.drop();
  }
});
