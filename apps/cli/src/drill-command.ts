import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { chosenFaults, type DrillReport, listFaults, renderDrill, runDrill } from '@navora/drill';
import type { NodeCount } from '@navora/local-stack';
import { Command, InvalidArgumentError } from 'commander';
import { ownEnvironment } from './cli-config.js';
import { sentenceOf } from './failure.js';
import { INTERRUPTED, onInterrupt } from './interrupt.js';
import { migrateAll } from './migrate.js';
import { aboveZero, wholeNumber } from './number-argument.js';
import { drillProgress } from './drill-progress.js';
import { upStack } from './up-stack.js';
import { stackFolder, workspaceRoot } from './workspace.js';

export interface DrillFlags {
  seed?: number;
  minutes: number;
  rate: number;
  vehicles: number;
  only?: string[];
  kills?: number;
  list?: boolean;
  json?: boolean;
  nodes?: NodeCount;
  stack: string;
  keepStack?: boolean;
}

const OWN_STACK = 'drill';
const COULD_NOT_RUN = 2;

const EXAMPLES = `
Examples:
  navora drill                                 three minutes of random faults
  navora drill --minutes 10 --seed 7           the faults of seed 7, again and again the same
  navora drill --only B2,P15                   only these
  navora drill --only A2 --kills 50 --minutes 10 --rate 2000
  navora drill --nodes 3 --only N1,N2 --rate 200 --kills 6
                                               nodes of Kafka and Cassandra, killed in turn
  navora drill --list                          what can be broken

The last line is "held" or "broken: " and what was. Exit code: 0 held, 1 broken, 2 it could not be run, 130 Ctrl-C.`;

/** `navora drill`: load, faults, heal, drain, audit. */
export function drillCommand(): Command {
  return new Command('drill')
    .description('break things under load by a seeded schedule, and check that every promise held')
    .option(
      '--seed <n>',
      'the same seed breaks the same things at the same times (default: a random one)',
      wholeNumber,
    )
    .option('--minutes <n>', 'how long the load lasts', aboveZero, 3)
    .option('--rate <n>', 'messages a second', aboveZero, 500)
    .option('--vehicles <n>', 'how many', wholeNumber, 500)
    .option('--only <codes>', 'faults by their codes, separated by commas', codes)
    .option('--kills <n>', 'exactly so many faults, evenly spread over the time', wholeNumber)
    .option('--nodes <n>', 'of Kafka and of Cassandra each, 1 or 3 (default: as its data, else 1)', nodeCount)
    .option('--list', 'the faults there are, and end')
    .option('--json', 'print the report as JSON')
    .option('--stack <name>', 'which local stack to break; one that runs is joined', OWN_STACK)
    .option('--keep-stack', 'leave the stack running at the end')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DrillFlags) => {
      if (flags.list) console.log(listFaults());
      else process.exitCode = await drill(flags);
    });
}

async function drill(flags: DrillFlags): Promise<number> {
  const interrupt = onInterrupt();
  const stops: (() => Promise<unknown>)[] = [];
  const progress = drillProgress(flags.json ? process.stderr : process.stdout);
  const seed = flags.seed ?? randomInt(1_000_000);
  let report: DrillReport;
  try {
    report = await run({ ...flags, seed }, interrupt, stops, progress);
  } catch (error) {
    progress.end();
    if (interrupt.aborted) return INTERRUPTED;
    console.error(`The drill could not be run: ${sentenceOf(error)}`);
    return COULD_NOT_RUN;
  } finally {
    progress.end();
    for (const stop of stops.reverse()) await stop().catch((error) => console.error(String(error)));
  }
  console.log(flags.json ? JSON.stringify(report, undefined, 2) : renderDrill(report));
  return report.held ? 0 : 1;
}

async function run(
  flags: DrillFlags & { seed: number },
  signal: AbortSignal,
  stops: (() => Promise<unknown>)[],
  progress: ReturnType<typeof drillProgress>,
): Promise<DrillReport> {
  chosenFaults(flags.only, flags.nodes);
  const own = flags.stack === OWN_STACK;
  const output = flags.json ? process.stderr : process.stdout;
  // Only what is a drill's own may be forgotten: an audit reads faster without the runs before.
  const stack = await upStack({ ...flags, wipe: own }, signal, stops, output);
  const started = new Date().toISOString().replace(/[:.]/g, '-');
  progress.tell(`seed ${flags.seed}, ${flags.minutes} minutes, ${flags.rate} messages a second`);
  return runDrill({
    ...{ workspaceRoot, stack, signal, seed: flags.seed },
    environment: ownEnvironment(),
    keyspace: ownEnvironment()['NAVORA_CASSANDRA_KEYSPACE'] ?? 'navora',
    rulesFile: join(workspaceRoot, 'config/rules.yaml'),
    folder: join(stackFolder(flags.stack), 'drills', started),
    durationMs: flags.minutes * 60_000,
    ratePerSecond: flags.rate,
    vehicles: flags.vehicles,
    only: flags.only,
    count: flags.kills,
    replay: replayOf(flags),
    migrate: (environment) => migrateAll(ownEnvironment(environment), () => undefined),
    tell: (line) => progress.tell(line),
    show: (line) => progress.show(line),
  });
}

/** The command that runs the same drill again. */
export function replayOf(flags: DrillFlags & { seed: number }): string {
  const { seed, minutes, rate, vehicles, only, kills, nodes } = flags;
  return [
    `npx navora drill --seed ${seed} --minutes ${minutes} --rate ${rate} --vehicles ${vehicles}`,
    ...(only ? [`--only ${only.join(',')}`] : []),
    ...(kills === undefined ? [] : [`--kills ${kills}`]),
    ...(nodes === undefined ? [] : [`--nodes ${nodes}`]),
  ].join(' ');
}

function codes(text: string): string[] {
  const found = text.split(',').map((code) => code.trim().toUpperCase());
  if (found.some((code) => !/^[A-Z]\d+$/.test(code)))
    throw new InvalidArgumentError('Codes look like B2,P15.');
  return found;
}

function nodeCount(text: string): NodeCount {
  const count = Number(text);
  if (count !== 1 && count !== 3) throw new InvalidArgumentError('must be 1 or 3.');
  return count;
}
