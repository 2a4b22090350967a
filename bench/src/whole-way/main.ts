import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { COMMIT_LOGS, type CommitLog } from '../commit-log.js';
import { onBenchStack } from '../on-bench-stack.js';
import { wholeNumber, wholeNumbers } from '../whole-number.js';
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
  .option('--rates <list>', 'messages a second', wholeNumbers, [1000, 8000])
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
  await onBenchStack({ name, commitLog }, async (stack, frame) => {
    const { turns } = await measureInTurns(stack, {
      ...{ ...flags, measuredSeconds: seconds, warmUpSeconds: warmUp, warmUp: true },
      ...{ folder: join(workspaceRoot, '.navora/bench'), ...frame },
    });
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ commitLog, turns }, undefined, 2)}\n`);
  });
}
