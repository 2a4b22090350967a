import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { THREADS } from '../cassandra-threads.js';
import { describeMachine, type Machine } from '../machine.js';
import { onBenchStack } from '../on-bench-stack.js';
import { wholeNumbers } from '../whole-number.js';
import { workspaceRoot } from '../workspace.js';
import { measureCapacity, type CapacityFigures } from './measure.js';
import { checkedAgainst, measuredOf, renderCapacity } from './report.js';
import { ASSUMPTIONS, PRICES } from './sizing.js';

const MOST_OFF = 0.2;

interface Flags {
  rates: number[];
  seconds: number;
  warmUp: number;
  vehicles: number;
  copies: number;
  days: number;
  coreHour: number;
  disk: number;
  zone: number;
  from?: string;
  report: boolean;
  stack: string;
}

interface Kept {
  startedAt: string;
  machine: Machine;
  figures: CapacityFigures;
}

const REPORT = join(workspaceRoot, 'docs/benchmarks/capacity');

await new Command('capacity')
  .description(
    'measures what a message costs each process, holds a model of it against rates that it was not made of, and says what fleets need',
  )
  .option('--rates <list>', 'messages a second, three or more', wholeNumbers, [1000, 2000, 4000, 6000])
  .option('--seconds <n>', 'how long each is measured', above0, 30)
  .option('--warm-up <n>', 'seconds before that, at the same rate', above0, 15)
  .option('--vehicles <n>', 'how many send them', above0, 5000)
  .option('--copies <n>', 'of rows and records', above0, ASSUMPTIONS.copies)
  .option('--days <n>', 'how long rows are kept', above0, ASSUMPTIONS.rowsKeptDays)
  .option('--core-hour <usd>', 'a processor with 4 GiB, an hour', above0, PRICES.coreHour)
  .option('--disk <usd>', 'a GiB of disk, a month', above0, PRICES.diskGiBMonth)
  .option('--zone <usd>', 'a GiB between zones', above0, PRICES.zoneGiB)
  .option(
    '--from <file>',
    'measure nothing: the figures of an earlier run, such as docs/benchmarks/capacity.json',
  )
  .option('--no-report', 'print it, and write nothing into docs/benchmarks')
  .option('--stack <name>', 'the local stack, which begins with empty data', 'capacity')
  .addHelpText(
    'after',
    '\nExit code: 0; 1 when the model is more than 20 % off, or it could not be run; 130 Ctrl-C.',
  )
  .action(run)
  .parseAsync();

async function run(flags: Flags): Promise<void> {
  const kept = flags.from ? (JSON.parse(readFileSync(flags.from, 'utf8')) as Kept) : await measured(flags);
  if (!kept) return;
  const text = renderCapacity({
    ...{ startedAt: new Date(kept.startedAt), machine: kept.machine, figures: kept.figures },
    assumed: { ...ASSUMPTIONS, copies: flags.copies, rowsKeptDays: flags.days },
    prices: { coreHour: flags.coreHour, diskGiBMonth: flags.disk, zoneGiB: flags.zone },
  });
  if (flags.report) {
    if (!flags.from) writeFileSync(`${REPORT}.json`, `${JSON.stringify(kept, undefined, 2)}\n`);
    writeFileSync(`${REPORT}.md`, text);
  }
  console.log(text);
  const checked = checkedAgainst(kept.figures.live, measuredOf(kept.figures));
  if (checked.length === 0) throw new Error('no rate was kept between the slowest and the fastest');
  if (checked.some(({ deviation }) => Math.abs(deviation) > MOST_OFF)) process.exitCode = 1;
}

async function measured({ stack: name, rates, seconds, warmUp, vehicles }: Flags): Promise<Kept | undefined> {
  const startedAt = new Date().toISOString();
  const folder = join(workspaceRoot, '.navora/bench/capacity');
  mkdirSync(folder, { recursive: true });
  return onBenchStack({ name }, async (stack, frame) => {
    const figures = await measureCapacity(stack, {
      ...{ rates, vehicles, seconds, warmUpSeconds: warmUp, folder, ...frame },
    });
    return { startedAt, machine: await describeMachine(name, THREADS), figures };
  });
}

function above0(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('must be a number above 0.');
  return number;
}
