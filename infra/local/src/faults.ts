import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type ComponentName, nodeName } from './component.js';
import { stackHome } from './config.js';
import { whatIsWrong } from './health.js';
import { dataFolder, holdFile, instanceAt, logFile } from './instance.js';
import { nodesOf } from './nodes.js';
import { hasEnded, isAlive, type ProcessIdentity, signalProcess } from './process-identity.js';
import type { StackOptions } from './stack.js';
import { StackError } from './stack-error.js';
import { type ComponentState, readState, type StackState } from './state.js';
import { waitUntil } from './wait-until.js';

type Where = Pick<StackOptions, 'home'>;

/** The process that runs a component now: kill it (the supervisor starts it again), freeze it, watch it. */
export function componentProcess(name: string, component: ComponentName, where: Where = {}): ProcessIdentity {
  const identity = stateOf(name, component, where).process;
  if (!isAlive(identity))
    throw new StackError(`${component} of the stack "${name}" has no process right now.`);
  return identity;
}

/** Ends the component's process and resolves when its successor does real work. SIGTERM by default: a clean restart. */
export async function restartComponent(
  name: string,
  component: ComponentName,
  { signal = 'SIGTERM', ...where }: Where & { signal?: NodeJS.Signals } = {},
): Promise<void> {
  await endComponent(name, component, signal, where);
  await untilHealthy(name, where);
}

/**
 * Ends the component's process and keeps it away, as an outage of any length. The function it resolves to ends the
 * outage: it resolves when the stack is healthy again.
 */
export async function takeAway(
  name: string,
  component: ComponentName,
  { signal = 'SIGKILL', ...where }: Where & { signal?: NodeJS.Signals } = {},
): Promise<() => Promise<void>> {
  const held = holdBack(name, component, where);
  await endComponent(name, component, signal, where);
  return held.letGo;
}

/** A component whose process runs on, and has no successor once it ends. */
export interface HeldBack {
  /** Resolves when the process has ended, of whatever. */
  ended(withinMs: number): Promise<void>;
  /** Lets the successor start; resolves when the stack is healthy again. */
  letGo(): Promise<void>;
}

/** For a fault that shall end the process by itself, and what must be done before the next one starts. */
export function holdBack(name: string, component: ComponentName, where: Where = {}): HeldBack {
  const identity = componentProcess(name, component, where);
  const hold = holdFile(instanceAt(stackHome(where.home), name), component);
  writeFileSync(hold, '');
  return {
    ended: (withinMs) => untilEnded(name, component, identity, withinMs, where),
    letGo: async () => {
      rmSync(hold, { force: true });
      await untilHealthy(name, where);
    },
  };
}

/**
 * The nodes of Kafka or of Cassandra, the one whose process is oldest first: who ends the first of them again and again
 * ends each in turn.
 */
export function nodesByAge(name: string, kind: 'kafka' | 'cassandra', where: Where = {}): ComponentName[] {
  const { nodes, components } = runningState(name, where);
  const startedAt = (node: ComponentName): string => components[node]?.startedAt ?? '';
  return nodesOf(nodes)
    .map((node) => nodeName(kind, node))
    .sort((one, other) => startedAt(one).localeCompare(startedAt(other)));
}

/** Empties the disk of a component while it is taken away: it comes back as one that never kept anything. */
export function loseDisk(name: string, component: ComponentName, where: Where = {}): void {
  if (isAlive(stateOf(name, component, where).process))
    throw new StackError(`${component} of the stack "${name}" runs: take it away before its disk.`);
  const folder = dataFolder(instanceAt(stackHome(where.home), name), component);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** The folder of all that a component keeps. It may be asked for before the stack has ever run. */
export function componentData(name: string, component: ComponentName, { home }: Where = {}): string {
  return dataFolder(instanceAt(stackHome(home), name), component);
}

/** The file of what a component says. */
export function componentLog(name: string, component: ComponentName, { home }: Where = {}): string {
  return logFile(instanceAt(stackHome(home), name), component);
}

/** Resolves when every component of the running stack answers. */
export async function untilHealthy(
  name: string,
  { withinMs, ...where }: Where & { withinMs?: number } = {},
): Promise<void> {
  const { nodes } = runningState(name, where);
  const ask = async (): Promise<void> => {
    const wrong = await whatIsWrong(runningState(name, where));
    if (wrong) throw new Error(wrong);
  };
  await waitUntil(`Recovery of the stack "${name}"`, ask, { withinMs: withinMs ?? 120_000 * nodes });
}

async function endComponent(
  name: string,
  component: ComponentName,
  signal: NodeJS.Signals,
  where: Where,
): Promise<void> {
  const identity = componentProcess(name, component, where);
  signalProcess(identity, signal);
  await untilEnded(name, component, identity, 60_000, where);
}

async function untilEnded(
  name: string,
  component: ComponentName,
  identity: ProcessIdentity,
  withinMs: number,
  where: Where,
): Promise<void> {
  if (!(await hasEnded(identity, withinMs)))
    throw new StackError(`${component} did not end within ${withinMs / 1000} s.`);
  // "Healthy" must not be read off the state of before.
  const noticed = async (): Promise<void> => {
    const { phase, process } = stateOf(name, component, where);
    if (phase === 'ready' && process?.pid === identity.pid) throw new Error('the supervisor has not noticed');
  };
  await waitUntil(`The end of ${component}`, noticed, { withinMs: 10_000 });
}

function stateOf(name: string, component: ComponentName, where: Where): ComponentState {
  const state = runningState(name, where).components[component];
  if (!state) throw new StackError(`The stack "${name}" has no ${component}.`);
  return state;
}

function runningState(name: string, { home }: Where): StackState {
  const state = readState(instanceAt(stackHome(home), name));
  if (!state || !isAlive(state.supervisor)) {
    throw new StackError(`The stack "${name}" does not run: start it with "navora stack up --name ${name}".`);
  }
  return state;
}
