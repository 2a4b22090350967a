import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { BenchStack } from './bench-stack.js';
import { COMMIT_LOGS } from './commit-log.js';
import type { Leg, LegOptions } from './leg.js';
import { LEGS, SHORT_LEGS } from './legs.js';
import { describeMachine } from './machine.js';
import { memoryOutcomesOf } from './memory-targets.js';
import { onBenchStack } from './on-bench-stack.js';
import { writeReport, type Figures } from './report.js';
import type { LegResults } from './results.js';
import { summarise } from './summary.js';
import { HEAD, rowsOf, textTable } from './table.js';
import { outcomesOf } from './targets.js';
import { THREADS } from './cassandra-threads.js';
import { wholeNumber } from './whole-number.js';
import { liveOutcomesOf } from './whole-way/live-targets.js';
import { workspaceRoot } from './workspace.js';

interface Flags {
  full?: boolean;
  legs?: string[];
  runs?: number;
  readings?: number;
  vehicles: number;
  seed: number;
  only?: string[];
  json?: string;
  /** False for none. */
  report?: string | false;
  cassandra: Record<string, string>;
  stack: string;
}

const SHORT = { runs: 1, readings: 100_000, rates: [1000, 4000, 8000] };
const FULL = { runs: 3, readings: 200_000, rates: [1000, 8000, 10_000] };

const EXAMPLES = `
Examples:
  npm run bench                                     every leg, once
  npm run bench:full                                more readings, three runs
  npm run bench -- --legs b --runs 3                one leg
  npm run bench -- --legs b --only navora,own-one-lwt --no-report

The last line is one JSON object: what we want to be ahead by, and what it was. Exit code: 0 whatever the figures
say, 1 when it or one of its legs could not be run, 130 Ctrl-C.`;

const program = new Command('bench')
  .description('measures Navora beside others who do the same work, on a local stack of its own')
  .option('--full', 'more readings, three runs')
  .option(
    '--legs <names>',
    `which: ${LEGS.map(({ name, title }) => `${name} (${title})`).join(', ')}`,
    legNames,
  )
  .option('--runs <n>', 'of each side, in turns', wholeNumber)
  .option('--readings <n>', 'of a leg; what is slow is given a part of them', wholeNumber)
  .option('--vehicles <n>', 'how many send them', wholeNumber, 5000)
  .option('--seed <n>', 'the same seed makes the same readings', wholeNumber, 7)
  .option('--only <sides>', 'sides by their names, separated by commas', names)
  .option('--json <file>', 'write the figures there, too')
  .option('--report <name>', 'what the report in docs/benchmarks is called: short or full unless said')
  .option('--no-report', 'write nothing into docs/benchmarks')
  .option('--cassandra <settings>', 'other settings than the stack has: name=value,…', settings, {})
  .option('--stack <name>', 'the local stack, which begins with empty data', 'bench')
  .addHelpText('after', EXAMPLES)
  .action(run);
await program.parseAsync();

async function run(flags: Flags): Promise<void> {
  const options = {
    ...(flags.full ? FULL : SHORT),
    ...(flags.runs !== undefined && { runs: flags.runs }),
    ...(flags.readings !== undefined && { readings: flags.readings }),
    ...{ vehicles: flags.vehicles, seed: flags.seed, only: flags.only },
    folder: join(workspaceRoot, '.navora/bench'),
  };
  const chosen = flags.legs ?? (flags.full ? LEGS.map(({ name }) => name) : SHORT_LEGS);
  const cassandraSettings = { ...THREADS, ...flags.cassandra };
  const startedAt = new Date();
  await onBenchStack({ name: flags.stack, cassandraSettings }, async (stack, { signal, tell }) => {
    const machine = await describeMachine(flags.stack, cassandraSettings);
    const legs = LEGS.filter(({ name }) => chosen.includes(name));
    const results = await runLegs(legs, stack, { ...options, signal, tell });
    if (results.unfinished.length > 0) process.exitCode = 1;
    const targets = [
      ...outcomesOf(results.runs),
      ...COMMIT_LOGS.flatMap((commitLog) => liveOutcomesOf(results.runs, commitLog)),
      ...memoryOutcomesOf(results.runs),
    ];
    const { runs, readings, vehicles, seed } = options;
    const figures = {
      ...{ startedAt: startedAt.toISOString(), command: commandOf(process.argv.slice(2)), machine },
      ...{ workload: { runs, readings, vehicles, seed }, ...results, targets },
    };
    if (flags.json !== undefined) writeJson(resolve(flags.json), figures);
    if (flags.report !== false)
      writeReport(join(workspaceRoot, 'docs/benchmarks'), nameOfReport(flags), figures);
    tell(`\n${textTable(HEAD, rowsOf(summarise(results.runs)))}\n`);
    tell(JSON.stringify({ targets }));
  });
}

/** One after the other. One that cannot be run does not take away what the others have measured for hours. */
async function runLegs(
  legs: readonly Leg[],
  stack: BenchStack,
  options: Omit<LegOptions, 'warmUp'>,
): Promise<LegResults & Pick<Figures, 'unfinished'>> {
  const runs: LegResults['runs'] = [];
  const skipped: LegResults['skipped'] = [];
  const unfinished: Figures['unfinished'] = [];
  const warm = new Set<string>();
  for (const leg of legs) {
    options.tell(`leg ${leg.name}: ${leg.title}`);
    try {
      const results = await leg.run(stack, { ...options, warmUp: !warm.has(leg.warms) });
      runs.push(...results.runs);
      skipped.push(...results.skipped);
    } catch (error) {
      if (options.signal.aborted) throw error;
      console.error(error);
      unfinished.push({ leg: leg.name, because: String(error) });
    }
    warm.add(leg.warms);
  }
  return { runs, skipped, unfinished };
}

/** As a person would type it. */
function commandOf(given: readonly string[]): string {
  const rest = given.filter((word) => word !== '--full');
  const script = given.includes('--full') ? 'npm run bench:full' : 'npm run bench';
  return rest.length > 0 ? `${script} -- ${rest.join(' ')}` : script;
}

function nameOfReport({ report, full }: Flags): string {
  if (typeof report === 'string') return report;
  return full ? 'full' : 'short';
}

function writeJson(file: string, figures: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
}

function legNames(text: string): string[] {
  const asked = names(text);
  const unknown = asked.filter((name) => !LEGS.some((leg) => leg.name === name));
  if (unknown.length > 0) throw new InvalidArgumentError(`there is no leg ${unknown.join(', ')}.`);
  return asked;
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function settings(text: string): Record<string, string> {
  const pairs = names(text).map((pair) => pair.split('='));
  if (pairs.some(({ length }) => length !== 2)) throw new InvalidArgumentError('must be name=value,…');
  return Object.fromEntries(pairs) as Record<string, string>;
}
