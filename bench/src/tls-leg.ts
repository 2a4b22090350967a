import type { BenchStack } from './bench-stack.js';
import type { Contestant } from './contestant.js';
import { runIntake } from './intake-leg.js';
import type { Leg, LegOptions } from './leg.js';
import { navoraBridge } from './ours/navora-bridge.js';
import { navoraProcessor } from './ours/navora-processor.js';
import type { LegResults, RunResult } from './results.js';
import { runStorage, StorageWorkload } from './storage-leg.js';
import { runInTurns } from './turns.js';

/** What TLS costs Navora: its first two legs in turns on services in plain text and on others with TLS. */
export const tlsLeg: Leg = {
  name: 'tls',
  title: 'the first two legs, in plain text and with TLS',
  warms: 'tls',
  async run(stack, options) {
    const secured = await stack.beside?.({ tls: true });
    if (!secured) return { runs: [], skipped: [] };
    const stackOf = ({ name }: { name: string }) => (name === WITH_TLS ? secured : stack);
    const legs: LegResults[] = [];
    try {
      legs.push(
        await inBoth('a-tls', navoraBridge, options, (side, run) =>
          runIntake(stackOf(side), options, side, run, 'a-tls'),
        ),
      );
      const workloads = new Map<BenchStack, StorageWorkload>();
      for (const one of [stack, secured]) workloads.set(one, new StorageWorkload(one, options));
      legs.push(
        await inBoth('b-tls', navoraProcessor, options, (side, run) => {
          const on = stackOf(side);
          const what = { leg: 'b-tls', side, run, signals: false };
          return runStorage(on, options, workloads.get(on) as StorageWorkload, what);
        }),
      );
      for (const workload of workloads.values()) await workload.drop();
    } finally {
      await secured.close();
    }
    return { runs: legs.flatMap(({ runs }) => runs), skipped: legs.flatMap(({ skipped }) => skipped) };
  },
};

const WITH_TLS = 'navora-with-tls';

function inBoth<Job>(
  leg: string,
  side: Contestant<Job>,
  options: LegOptions,
  runOnce: (side: Contestant<Job>, run: number) => Promise<RunResult>,
): Promise<LegResults> {
  return runInTurns(leg, [side, { ...side, name: WITH_TLS }], { ...options, warmUp: true }, runOnce);
}
