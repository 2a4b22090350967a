import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { stackHome } from './config.js';
import { endpointsAt, type StackEndpoints } from './endpoints.js';
import { type Instance, instanceAt, makeFolders } from './instance.js';
import { endOrphans } from './orphans.js';
import { endProcess, hasEnded, isAlive } from './process-identity.js';
import { secondsSince, type StackProgress } from './progress.js';
import { StackError } from './stack-error.js';
import { startSupervisor } from './start-supervisor.js';
import { readState, type StackState } from './state.js';
import { whatIsWrong } from './health.js';

export interface StackOptions {
  /** Several stacks may run side by side, each with its own name, ports and data. */
  name?: string;
  /** The folder of all stacks; by default NAVORA_HOME, else `.navora` in the repository. */
  home?: string;
  /** Forget what the instance has stored: before a start, after a stop. */
  wipe?: boolean;
  onProgress?: (event: StackProgress) => void;
  /** Aborting stops all that was started. */
  signal?: AbortSignal;
}

/**
 * Brings the stack up, or joins it when it is up or on its way. Resolves when every component does real work.
 *
 * @throws StackError with one sentence for the user; nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<StackEndpoints> {
  const instance = instanceAt(stackHome(options.home), options.name);
  const tell = options.onProgress ?? (() => undefined);
  makeFolders(instance);
  if (options.wipe) {
    await stopStack({ ...options, wipe: false });
    wipeData(instance);
  }
  for (;;) {
    if (options.signal?.aborted) throw new StackError('Stopped before the stack was up.');
    const state = readState(instance);
    if (state && isAlive(state.supervisor)) {
      if (await joined(instance, state, options)) return endpointsAt(instance.name, state.ports);
      continue;
    }
    await endOrphans(instance);
    const outcome = await startSupervisor(instance, tell, options.signal);
    if (outcome !== 'already-running') return endpointsAt(instance.name, outcome);
    await pause(200);
  }
}

/** Stops every process of the instance and resolves when they are gone. Fine when nothing runs. */
export async function stopStack(options: StackOptions = {}): Promise<void> {
  const instance = instanceAt(stackHome(options.home), options.name);
  const tell = options.onProgress ?? (() => undefined);
  const begun = performance.now();
  const state = readState(instance);
  if (state && isAlive(state.supervisor)) {
    tell({ component: 'stack', phase: 'stopping', seconds: 0, message: 'stopping' });
    // Four components, 20 s each to stop by themselves.
    await endProcess(state.supervisor, 90_000);
    tell({ component: 'stack', phase: 'stopped', seconds: secondsSince(begun), message: 'stopped' });
  } else if (!(await endOrphans(instance))) {
    tell({ component: 'stack', phase: 'stopped', seconds: 0, message: 'was not running' });
  }
  await endOrphans(instance);
  if (options.wipe) rmSync(instance.root, { recursive: true, force: true });
}

/** True when the running supervisor's stack answers; false when it went away and is to be started anew. */
async function joined(instance: Instance, seen: StackState, options: StackOptions): Promise<boolean> {
  const begun = performance.now();
  for (
    let state: StackState | undefined = seen;
    state && isAlive(state.supervisor);
    state = readState(instance)
  ) {
    if (options.signal?.aborted) throw new StackError('Stopped waiting for the stack.');
    if (state.phase === 'stopping') {
      await hasEnded(state.supervisor, 90_000);
      return false;
    }
    const wrong = state.phase === 'starting' ? 'still starting' : await whatIsWrong(state);
    if (wrong === '') {
      const message = `The stack "${instance.name}" is already running.`;
      options.onProgress?.({ component: 'stack', phase: 'notice', seconds: secondsSince(begun), message });
      return true;
    }
    if (performance.now() - begun > 150_000) {
      throw new StackError(
        `The stack "${instance.name}" runs but is not healthy (${wrong}); see its logs, or take it down and start it again.`,
      );
    }
    await pause(250);
  }
  return false;
}

function wipeData(instance: Instance): void {
  rmSync(join(instance.root, 'data'), { recursive: true, force: true });
  mkdirSync(join(instance.root, 'data'), { recursive: true });
}
