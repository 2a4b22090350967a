import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { childEnvironment } from './config.js';
import type { Launch } from './component.js';
import { boundToUs } from './bound-to-us.js';
import { identify, type ProcessIdentity } from './process-identity.js';

export interface Child {
  /** Undefined when it could not be started, or was gone before anybody could look. */
  identity: ProcessIdentity | undefined;
  /** Resolves, never rejects, to how it ended: "exit code 1", "signal SIGKILL". */
  ended: Promise<string>;
}

const largestLogBytes = 20 * 1024 * 1024;

/** Starts a process that writes to the log file and does not outlive this one. */
export function startChild(launch: Launch, log: string, folder: string): Child {
  keepLogSmall(log);
  const [command, args] = boundToUs(launch.command, launch.args);
  const output = openSync(log, 'a');
  const env = childEnvironment(launch.env);
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  return { identity: child.pid === undefined ? undefined : identify(child.pid), ended };
}

function keepLogSmall(log: string): void {
  if (existsSync(log) && statSync(log).size > largestLogBytes) renameSync(log, `${log}.1`);
}

export function lastLines(log: string, count: number): string[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count);
}
