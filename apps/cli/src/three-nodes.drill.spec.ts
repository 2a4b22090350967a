import type { DrillReport } from '@navora/drill';
import { startStack, stopStack } from '@navora/local-stack';
import { realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { navora } from './services.fixture.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
/** The name of the stack that a drill makes for itself. */
const OWN_STACK = 'drill';
const { stack: shared } = realServices();

// Six nodes are as much as two processors carry: the stack of the other tests is put away meanwhile.
beforeAll(async () => {
  if (shared !== undefined) await stopStack({ name: shared });
}, 120_000);
afterAll(async () => {
  await stopStack({ name: OWN_STACK });
  if (shared !== undefined) await startStack({ name: shared });
}, 400_000);

it(`N1, N2: each of three Kafka nodes and of three Cassandra nodes killed in turn under load, seed ${SEED}: nothing lost, and nobody held up for longer than the failover`, async () => {
  const faults = ['--nodes', '3', '--only', 'N1,N2', '--kills', '6', '--seed', String(SEED)];
  const load = ['--minutes', '14', '--rate', '100', '--vehicles', '100'];
  const { code, stdout, stderr } = await navora('drill', ...faults, ...load, '--json');
  expect(stdout, stderr).toMatch(/^\{/);
  const { breaches, injections } = JSON.parse(stdout) as DrillReport;
  const told = injections.map(({ what, heldUpMs }) => `${what}; readings held up for ${heldUpMs} ms`);
  process.stdout.write(`${told.join('\n')}\n`);

  expect(breaches, stderr).toEqual([]);
  expect(code).toBe(0);
  const killed = (code: string) =>
    injections.filter((one) => one.code === code).map(({ what }) => /^(\S+) killed/.exec(what)?.[1]);
  expect(killed('N1').sort()).toEqual(['kafka', 'kafka-2', 'kafka-3']);
  expect(killed('N2').sort()).toEqual(['cassandra', 'cassandra-2', 'cassandra-3']);
  const duties = injections.map(({ what }) => what).join('\n');
  for (const duty of ['controller', 'coordinator of navora-processor', 'coordinator of navora-alerts'])
    expect(duties, 'a duty that was taken over').toContain(duty);
  for (const { code, heldUpMs, mayHoldUpMs = 0 } of injections) {
    expect(heldUpMs, `I9: ${code}`).toBeGreaterThan(0);
    expect(heldUpMs, `I9: ${code}`).toBeLessThan(mayHoldUpMs);
  }
}, 2_400_000);
