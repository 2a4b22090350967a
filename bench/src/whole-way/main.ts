import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { upBenchStack } from '../bench-stack.js';
import { THREADS } from '../cassandra-threads.js';
import { COMMIT_LOGS, type CommitLog } from '../commit-log.js';
import { wholeNumber } from '../whole-number.js';
import { workspaceRoot } from '../workspace.js';
import { measureInTurns } from './in-turns.js';
import { WHOLE_WAY_SIDES } from './sides.js';

interface Flags {
  stack: string;
  rates: number[];
  seconds: number;
  warmUp: number;
  vehicles: number;
  runs: number;
  commitLog: CommitLog;
  only?: string[];
  json?: string;
}

await new Command('whole-way')
  .description('measures the way from a vehicle to a row and to an alert, live, on a local stack of its own')
  .option('--rates <list>', 'messages a second', numbers, [1000, 8000])
  .option('--seconds <n>', 'how long each is measured', wholeNumber, 20)
  .option('--warm-up <n>', 'seconds before that, at the same rate', wholeNumber, 10)
  .option('--vehicles <n>', 'how many send them', wholeNumber, 5000)
  .option('--runs <n>', 'of each side, in turns', wholeNumber, 1)
  .option(
    '--only <sides>',
    `of ${WHOLE_WAY_SIDES.map(({ contestant }) => contestant.name).join(', ')}`,
    (text) => text.split(','),
  )
  .addOption(
    new Option('--commit-log <mode>', 'when Cassandra syncs it').choices(COMMIT_LOGS).default('group'),
  )
  .option('--json <file>', 'write the figures there, too')
  .option('--stack <name>', 'the local stack, which begins with empty data', 'whole-way')
  .action(run)
  .parseAsync();

async function run({ stack: name, commitLog, seconds, warmUp, json, ...flags }: Flags): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const tell = (line: string) => console.log(line);
  const stack = await upBenchStack({
    ...{ name, signal: interrupt.signal, onStep: tell },
    cassandraSettings: THREADS,
    commitLog,
    onProgress: ({ component, message }) => tell(`${component} ${message}`),
  });
  try {
    const { turns } = await measureInTurns(stack, {
      ...{ ...flags, measuredSeconds: seconds, warmUpSeconds: warmUp, warmUp: true, tell },
      ...{ folder: join(workspaceRoot, '.navora/bench'), signal: interrupt.signal },
    });
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ commitLog, turns }, undefined, 2)}\n`);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await stack.close();
  }
}

function numbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
