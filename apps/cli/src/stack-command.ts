import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  componentNames,
  nodeCountFrom,
  StackError,
  type StackOptions,
  type StackProgress,
  startStack,
  stackStatus,
  stopStack,
  type Tuning,
} from '@navora/local-stack';
import { Command, InvalidArgumentError, Option } from 'commander';
import { clientLines, progressReporter, statusTable } from './stack-output.js';

interface InstanceFlags {
  name: string;
  dir?: string;
}

/** `navora stack`: Kafka, Cassandra, a schema registry and an MQTT broker as processes of this machine. */
export function stackCommand(): Command {
  return new Command('stack')
    .description('the real services on this machine: up, down, status, logs')
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(logsCommand());
}

function onInstance(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--name <instance>', 'which stack; several may run side by side', 'default')
    .option(
      '--dir <folder>',
      'where stacks and downloads live (default: $NAVORA_HOME, else .navora in the repository)',
    );
}

function upCommand(): Command {
  return onInstance('up', 'start the stack and wait until every component does real work')
    .option('--wipe', 'start with empty data')
    .option('--no-tls', 'MQTT in plain text, without certificates')
    .option(
      '--optimising',
      "with Java's optimising compiler: for stacks that live long; costs processor time in the first minutes",
    )
    .addOption(
      new Option('--commit-log <sync>', 'when Cassandra syncs its commit log')
        .choices(['group', 'periodic'])
        .default('group'),
    )
    .option(
      '--nodes <count>',
      'of Kafka and of Cassandra each, 1 or 3 (default: as its data, else 1)',
      wholeNumber,
    )
    .action((flags: InstanceFlags & Tuning & { wipe?: boolean; nodes?: number; tls: boolean }) =>
      orOneSentence(async () => {
        const nodes = flags.nodes === undefined ? undefined : nodeCountFrom(flags.nodes);
        const stopped = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
          process.on(signal, () => stopped.abort());
        const { tls, wipe, optimising, commitLog } = flags;
        const tuning = { optimising, commitLog };
        const endpoints = await withProgress(
          { ...optionsOf(flags), nodes, tls, tuning, wipe, signal: stopped.signal },
          startStack,
        );
        const status = await stackStatus(optionsOf(flags));
        console.log(clientLines(endpoints, status.envFile));
      }),
    );
}

function downCommand(): Command {
  return onInstance('down', 'stop the stack and wait until every process is gone')
    .option('--wipe', 'delete its data, too')
    .action((flags: InstanceFlags & { wipe?: boolean }) =>
      orOneSentence(() => withProgress({ ...optionsOf(flags), wipe: flags.wipe }, stopStack)),
    );
}

function statusCommand(): Command {
  return onInstance('status', 'what runs, where and how well; exit code 3 unless all of it is healthy')
    .option('--json', 'everything a client needs, for programs')
    .action((flags: InstanceFlags & { json?: boolean }) =>
      orOneSentence(async () => {
        const status = await stackStatus(optionsOf(flags));
        console.log(flags.json ? JSON.stringify(status, null, 2) : statusTable(status));
        if (status.state !== 'running') process.exitCode = 3;
      }),
    );
}

function logsCommand(): Command {
  return onInstance('logs', 'what the components have written')
    .argument(
      '[component]',
      `one of ${[...componentNames, 'supervisor'].join(', ')}, or a further node, such as kafka-2; all when left out`,
    )
    .option('-f, --follow', 'go on as it is written')
    .addOption(new Option('-n, --lines <count>', 'how many lines of each').default(40).argParser(wholeNumber))
    .action((component: string | undefined, flags: InstanceFlags & { follow?: boolean; lines: number }) =>
      orOneSentence(async () => {
        const status = await stackStatus(optionsOf(flags));
        const all = [...status.components, { component: 'supervisor', log: status.supervisorLog }];
        const chosen = all.filter((one) => component === undefined || one.component === component);
        if (chosen.length === 0) {
          throw new StackError(
            `There is no component "${component}": ${all.map((one) => one.component).join(', ')}.`,
          );
        }
        const files = chosen.map((one) => one.log).filter((file) => existsSync(file));
        if (files.length === 0)
          throw new StackError(`The stack "${status.name}" has not written any log yet.`);
        await tail(files, flags.lines, flags.follow === true);
      }),
    );
}

function tail(files: string[], lines: number, follow: boolean): Promise<void> {
  const child = spawn('tail', ['-n', String(lines), ...(follow ? ['-F'] : []), ...files], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number.');
  return Number(text);
}

function optionsOf({ name, dir }: InstanceFlags): StackOptions {
  return { name, home: dir };
}

async function withProgress<T>(
  options: StackOptions,
  work: (options: StackOptions) => Promise<T>,
): Promise<T> {
  const reporter = progressReporter(process.stdout);
  try {
    return await work({ ...options, onProgress: (event: StackProgress) => reporter.show(event) });
  } finally {
    reporter.end();
  }
}

/** What the user can mend is told in a sentence; anything else is our mistake and keeps its trace. */
async function orOneSentence(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
