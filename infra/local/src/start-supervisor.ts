import { fork } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { freshProgram } from '@navora/bundling';
import { childEnvironment } from './config.js';
import { type Instance, logFile } from './instance.js';
import type { StackPorts } from './ports.js';
import { endProcess, identify } from './process-identity.js';
import type { StackProgress } from './progress.js';
import { StackError } from './stack-error.js';
import type { SupervisorMessage, SupervisorTask } from './supervisor-message.js';

/**
 * Starts the supervisor as a process of its own and resolves when the stack is up, or when another supervisor turned
 * out to be faster. On failure or abort everything that was started is gone when this rejects.
 */
export async function startSupervisor(
  instance: Instance,
  task: Omit<SupervisorTask, 'home' | 'name'>,
  onProgress: (event: StackProgress) => void,
  signal: AbortSignal | undefined,
): Promise<StackPorts | 'already-running'> {
  const log = openSync(logFile(instance, 'supervisor'), 'a');
  const program = await supervisorProgram();
  const child = fork(program, [JSON.stringify({ ...task, home: instance.home, name: instance.name })], {
    detached: true,
    cwd: import.meta.dirname,
    execArgv: ['--enable-source-maps'],
    env: childEnvironment(),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stop: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      stop = (): void => reject(new StackError('Stopped before the stack was up; nothing is left running.'));
      signal?.addEventListener('abort', stop, { once: true });
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(
          new StackError(`The supervisor ended (exit code ${code}); see ${logFile(instance, 'supervisor')}.`),
        ),
      );
      child.on('message', (message: SupervisorMessage) => {
        if (message.type === 'progress') onProgress(message.event);
        if (message.type === 'ready') resolve(message.ports);
        if (message.type === 'already-running') resolve('already-running');
        if (message.type === 'failed') reject(new StackError(message.message));
      });
    });
  } catch (error) {
    // Its children have 20 s each at most to stop in turn.
    if (identity) await endProcess(identity, 90_000);
    await gone;
    throw error;
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Among the sources the supervisor is made like the command itself; in the build it is plain JavaScript. */
async function supervisorProgram(): Promise<string> {
  const built = join(import.meta.dirname, 'supervisor-main.js');
  if (existsSync(built)) return built;
  const workspaceRoot = join(import.meta.dirname, '../../..');
  return freshProgram(workspaceRoot, 'supervisor', 'infra/local/src/supervisor-main.ts');
}
