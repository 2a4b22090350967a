import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { stackHome } from './config.js';
import { endpointsAt, type StackEndpoints } from './endpoints.js';
import { whatIsWrong } from './health.js';
import { dataRoot, type Instance, instanceAt, makeFolders } from './instance.js';
import { agreedNodes, type NodeCount, otherNodes } from './nodes.js';
import { endOrphans } from './orphans.js';
import { endProcess, isAlive } from './process-identity.js';
import { secondsSince, type StackProgress } from './progress.js';
import { StackError } from './stack-error.js';
import { startSupervisor } from './start-supervisor.js';
import { readState, type StackState } from './state.js';
import { stackTls } from './stack-tls.js';
import { holder } from './supervisor-lock.js';
import type { ComponentEnvironment } from './supervisor-message.js';
import type { Tuning } from './tuning.js';

const joinDeadlineMs = 270_000;

export interface StackOptions {
  /** Several stacks may run side by side, each with its own name, ports and data. */
  name?: string;
  /** The folder of all stacks; by default NAVORA_HOME, else `.navora` in the repository. */
  home?: string;
  /** Of Kafka and of Cassandra each; by default what its data is of, else 1. */
  nodes?: NodeCount;
  /** Everything over TLS, and nobody without a certificate; by default not. One that runs is joined as it is. */
  tls?: boolean;
  tuning?: Tuning;
  /** Added to the environment of single components. */
  environment?: ComponentEnvironment;
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
    rmSync(dataRoot(instance), { recursive: true, force: true });
  }
  for (;;) {
    const running = await join(instance, options);
    if (running) return running;
    if (options.signal?.aborted)
      throw new StackError('Stopped before the stack was up; nothing is left running.');
    await endOrphans(instance);
    const nodes = agreedNodes(instance, options.nodes);
    const task = {
      nodes,
      tls: options.tls ?? false,
      tuning: options.tuning,
      environment: options.environment,
    };
    const outcome = await startSupervisor(instance, task, tell, options.signal);
    if (outcome !== 'already-running')
      return endpointsAt(instance.name, { ports: outcome, nodes, tls: task.tls ? stackTls(instance) : null });
    await pause(200);
  }
}

/** Stops every process of the instance and resolves when they are gone. Fine when nothing runs. */
export async function stopStack(options: StackOptions = {}): Promise<void> {
  const instance = instanceAt(stackHome(options.home), options.name);
  const tell = options.onProgress ?? (() => undefined);
  const begun = performance.now();
  const supervisor = holder(instance);
  const wasRunning = isAlive(supervisor);
  if (wasRunning) {
    tell({ component: 'stack', phase: 'stopping', seconds: 0, message: 'stopping' });
    // Four kinds of components, 20 s each to stop by themselves.
    await endProcess(supervisor, 90_000);
  }
  const hadOrphans = await endOrphans(instance);
  const message = wasRunning || hadOrphans ? 'stopped' : 'was not running';
  tell({ component: 'stack', phase: 'stopped', seconds: secondsSince(begun), message });
  if (options.wipe) rmSync(instance.root, { recursive: true, force: true });
}

/** The endpoints of the stack that runs already, once it answers; undefined when none runs, or no longer. */
async function join(
  instance: Instance,
  { signal, onProgress, nodes, tls }: StackOptions,
): Promise<StackEndpoints | undefined> {
  const begun = performance.now();
  const notice = (message: string): void =>
    onProgress?.({ component: 'stack', phase: 'notice', seconds: secondsSince(begun), message });
  for (let waiting = false; ; waiting = true) {
    const state = readState(instance);
    if (!state || !isAlive(state.supervisor)) return undefined;
    if (nodes !== undefined && nodes !== state.nodes) throw otherNodes(instance, state.nodes);
    if (tls !== undefined && tls !== (state.tls !== null)) throw otherwiseSecured(instance, state);
    if (signal?.aborted) throw new StackError('Stopped waiting for the stack; it runs on.');
    const wrong = state.phase === 'running' ? await whatIsWrong(state) : `it is ${state.phase}`;
    if (wrong === '') {
      notice(`The stack "${instance.name}" is already running.`);
      return endpointsAt(instance.name, state);
    }
    if (performance.now() - begun > joinDeadlineMs) {
      throw new StackError(
        `The stack "${instance.name}" runs but is not healthy (${wrong}); see its logs, or take it down and start it again.`,
      );
    }
    if (!waiting) notice(`The stack "${instance.name}" runs already; waiting for it (${wrong}).`);
    await pause(250);
  }
}

function otherwiseSecured({ name }: Instance, { tls }: StackState): StackError {
  const how = tls ? 'with TLS' : 'in plain text';
  return new StackError(
    `The stack "${name}" runs ${how}: take it down first (navora stack down --name ${name}), or leave it so.`,
  );
}
