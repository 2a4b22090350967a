import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { THREADS } from '../cassandra-threads.js';
import { describeMachine } from '../machine.js';
import { onBenchStack } from '../on-bench-stack.js';
import { wholeNumber, wholeNumbers } from '../whole-number.js';
import { measureInTurns, type Turn } from '../whole-way/in-turns.js';
import { workspaceRoot } from '../workspace.js';
import { selfTimes, type CpuProfile } from './cpu-profile.js';
import { Origins } from './origins.js';
import { renderProfile, type ProfiledProcess, type ProfiledRate, type ProfileReport } from './report.js';

interface Flags {
  rates: number[];
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
  .option('--rates <list>', 'messages a second, each profiled by itself', wholeNumbers, [1000, 8000])
  .option('--seconds <n>', 'how long each is measured', wholeNumber, 60)
  .option('--warm-up <n>', 'seconds before that, at the same rate', wholeNumber, 10)
  .option('--vehicles <n>', 'how many send them', wholeNumber, 5000)
  .option('--no-report', 'print it, and write nothing into docs/benchmarks')
  .option('--stack <name>', 'the local stack, which begins with empty data', 'profile')
  .addHelpText('after', '\nExit code: 0; 1 when it could not be run; 130 Ctrl-C.')
  .action(run)
  .parseAsync();

async function run({ report, ...flags }: Flags): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  const startedAt = new Date();
  const profiled = await underProfiler(flags);
  if (!profiled) return;
  const text = renderProfile({ startedAt, ...profiled });
  if (report) writeFileSync(join(workspaceRoot, 'docs/benchmarks/profile.md'), text);
  console.log(text);
}

async function underProfiler({
  rates,
  seconds,
  warmUp,
  vehicles,
  stack: name,
}: Omit<Flags, 'report'>): Promise<Omit<ProfileReport, 'startedAt'> | undefined> {
  process.env['NAVORA_BENCH_PROFILE'] = 'yes';
  return onBenchStack({ name }, async (stack, frame) => {
    const machine = await describeMachine(name, THREADS);
    const profiles: ProfiledRate[] = [];
    for (const ratePerSecond of rates) {
      const folder = join(FOLDER, String(ratePerSecond));
      const { turns } = await measureInTurns(stack, {
        ...{ rates: [ratePerSecond], measuredSeconds: seconds, warmUpSeconds: warmUp, vehicles, runs: 1 },
        // A profile counts from the start of its process: warming up for long would be most of it.
        ...{ warmUp: false, only: ['navora'], folder, ...frame },
      });
      const [turn] = turns;
      if (!turn) throw new Error('nothing was measured');
      profiles.push({ ratePerSecond, processes: processesOf(turn, folder) });
    }
    return { machine, profiles };
  });
}

/** Each service writes its profile when it ends; which one it is, the bundle it ran tells. */
function processesOf({ observed }: Turn, folder: string): ProfiledProcess[] {
  const origins = new Origins(workspaceRoot);
  const profiles = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile);
  return SERVICES.map((name) => {
    const profile = profiles.find(({ nodes }) => nodes.some(({ callFrame }) => isOf(callFrame.url, name)));
    const costs = observed.byProcess[name];
    if (!profile || !costs) throw new Error(`${name} has left no profile in ${folder}`);
    const times = selfTimes(profile, (frame) => origins.of(frame));
    return { name, times, microsPerMessage: costs.cpuMicrosecondsPerMessage };
  });
}

function isOf(url: string, service: string): boolean {
  return url.endsWith(`/${service}.mjs`);
}
