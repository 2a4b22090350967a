import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freshProgram } from '@navora/bundling';
import { boundToUs } from '@navora/local-stack';
import { childEnvironment, isProfiling } from './config.js';
import type { AtWork } from './contestant.js';
import { workspaceRoot } from './workspace.js';

export interface SideLaunch {
  /** What the process is called in the figures. */
  name: string;
  command: string;
  args: string[];
  environment?: Record<string, string>;
  folder: string;
}

const GRACE_MS = 20_000;

/** Starts a side's process; what it says goes to `<name>.log` in the side's folder. */
export function runSide({ name, command, args, environment = {}, folder }: SideLaunch): AtWork {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(...boundToUs(command, args), {
    cwd: folder,
    // In a group of its own: Ctrl-C is for us.
    detached: true,
    stdio: ['ignore', output, output],
    env: childEnvironment(environment),
  });
  closeSync(output);
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  const ended = endOf(child).then((how) => `${name} ended (${how}): ${lastWords(log)}`);
  return { pids: { [name]: child.pid }, ended, stop: () => stop(child, ended) };
}

/** Without the place where this happens to be checked out: reports are for everybody. */
function lastWords(log: string): string {
  return readFileSync(log, 'utf8').slice(-2000).replaceAll(`${workspaceRoot}/`, '');
}

/** How Node runs a program of ours. */
export function nodeArguments(program: string, folder: string, ...more: string[]): string[] {
  const profile = isProfiling() ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  return ['--enable-source-maps', ...profile, program, ...more];
}

/** A service as it is shipped. */
export async function runService(
  name: string,
  folder: string,
  environment: Record<string, string>,
): Promise<AtWork> {
  const program = await freshProgram(workspaceRoot, name, `apps/${name}/src/main.ts`);
  return runSide({
    ...{ name, command: process.execPath, folder, environment },
    args: nodeArguments(program, folder),
  });
}

/** A side that is a program of this project, with its job as a file. */
export async function runProgram(entry: string, job: { folder: string }): Promise<AtWork> {
  const name = basename(entry, '.ts');
  const program = await freshProgram(workspaceRoot, `bench-${name}`, `bench/src/${entry}`);
  const file = join(job.folder, 'job.json');
  writeFileSync(file, JSON.stringify(job, undefined, 2));
  return runSide({
    ...{ name: 'node', command: process.execPath, folder: job.folder },
    args: nodeArguments(program, job.folder, file),
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timeout = new AbortController();
  const late = pause(GRACE_MS, undefined, { signal: timeout.signal })
    .then(() => child.kill('SIGKILL'))
    .catch(() => undefined);
  child.kill('SIGTERM');
  await ended;
  timeout.abort();
  await late;
}
