import { join } from 'node:path';
import { renderReport } from '@navora/auditor';
import { startFleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';

let running: RunningServices;

beforeAll(async () => {
  running = await runServices();
});
afterAll(() => running?.stop());

it('an audit while vehicles send on judges what came before it, and holds', async () => {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, 'history-live.jsonl');
  const fleet = await startFleet({
    ...{ mqttUrl, registryUrl, historyFile },
    ...{ vehicles: 50, ratePerSecond: 100, seed: 3 },
  });
  try {
    await eventually('500 readings', () => fleet.stats().acknowledged >= 500, { withinMs: 60_000 });
    const from = Date.now();
    await eventually('500 more', () => fleet.stats().acknowledged >= 1000, { withinMs: 60_000 });
    const report = await auditOf([historyFile], {
      waitForQuietSeconds: 60,
      range: { from },
      slices: 4,
    });
    expect(renderReport(report)).toMatch(/\nheld$/);
    // The fleet went on meanwhile, and had sent something before the range.
    expect(report.totals.acknowledged).toBeGreaterThanOrEqual(400);
    expect(report.totals.inKafka).toBeGreaterThan(report.totals.acknowledged);
    expect(report.invariants.map(({ verdict }) => verdict)).toEqual(report.invariants.map(() => 'held'));
    expect(fleet.stats().sent).toBeGreaterThan(report.totals.attempted + 500);
  } finally {
    await fleet.stop({ graceMs: 30_000 });
  }
}, 240_000);
