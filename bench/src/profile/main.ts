import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { upBenchStack } from '../bench-stack.js';
import { THREADS } from '../cassandra-threads.js';
import { describeMachine, type Machine } from '../machine.js';
import { wholeNumber } from '../whole-number.js';
import { measureInTurns, type Turn } from '../whole-way/in-turns.js';
import { workspaceRoot } from '../workspace.js';
import { selfTimes, type CpuProfile } from './cpu-profile.js';
import { Origins } from './origins.js';
import { renderProfile, type ProfiledProcess } from './report.js';

interface Flags {
  rate: number;
  seconds: number;
  warmUp: number;
  vehicles: number;
  report: boolean;
  stack: string;
}

const SERVICES = ['mqtt-bridge', 'processor', 'alerts'];
const FOLDER = join(workspaceRoot, '.navora/bench/profile');

await new Command('profile')
  .description('runs the whole way under a profiler, and says whose code each service spends its time in')
  .option('--rate <n>', 'messages a second', wholeNumber, 1000)
  .option('--seconds <n>', 'how long that is measured', wholeNumber, 60)
  .option('--warm-up <n>', 'seconds before that, at the same rate', wholeNumber, 10)
  .option('--vehicles <n>', 'how many send them', wholeNumber, 5000)
  .option('--no-report', 'print it, and write nothing into docs/benchmarks')
  .option('--stack <name>', 'the local stack, which begins with empty data', 'profile')
  .addHelpText('after', '\nExit code: 0; 1 when it could not be run; 130 Ctrl-C.')
  .action(run)
  .parseAsync();

async function run({ rate, stack, report, ...flags }: Flags): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  rmSync(FOLDER, { recursive: true, force: true });
  const startedAt = new Date();
  try {
    const { turn, machine } = await underProfiler(rate, stack, flags, interrupt.signal);
    const text = renderProfile({ startedAt, machine, ratePerSecond: rate, processes: processesOf(turn) });
    if (report) writeFileSync(join(workspaceRoot, 'docs/benchmarks/profile.md'), text);
    console.log(text);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

async function underProfiler(
  ratePerSecond: number,
  name: string,
  { seconds, warmUp, vehicles }: Pick<Flags, 'seconds' | 'warmUp' | 'vehicles'>,
  signal: AbortSignal,
): Promise<{ turn: Turn; machine: Machine }> {
  process.env['NAVORA_BENCH_PROFILE'] = 'yes';
  const tell = (line: string) => console.log(line);
  const stack = await upBenchStack({
    ...{ name, signal, onStep: tell, cassandraSettings: THREADS },
    onProgress: ({ component, message }) => tell(`${component} ${message}`),
  });
  try {
    const machine = await describeMachine(name, THREADS);
    const { turns } = await measureInTurns(stack, {
      ...{ rates: [ratePerSecond], measuredSeconds: seconds, warmUpSeconds: warmUp, vehicles, runs: 1 },
      // The profile counts from the start of each process: warming up for long would be most of it.
      ...{ warmUp: false, only: ['navora'], folder: FOLDER, signal, tell },
    });
    const [turn] = turns;
    if (!turn) throw new Error('nothing was measured');
    return { turn, machine };
  } finally {
    await stack.close();
  }
}

/** Each service writes its profile when it ends; which one it is, the bundle it ran tells. */
function processesOf({ observed }: Turn): ProfiledProcess[] {
  const origins = new Origins(workspaceRoot);
  const profiles = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as CpuProfile);
  return SERVICES.map((name) => {
    const profile = profiles.find(({ nodes }) => nodes.some(({ callFrame }) => isOf(callFrame.url, name)));
    const costs = observed.byProcess[name];
    if (!profile || !costs) throw new Error(`${name} has left no profile in ${FOLDER}`);
    const times = selfTimes(profile, (frame) => origins.of(frame));
    return { name, times, microsPerMessage: costs.cpuMicrosecondsPerMessage };
  });
}

function isOf(url: string, service: string): boolean {
  return url.endsWith(`/${service}.mjs`);
}
