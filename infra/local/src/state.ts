import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ComponentName } from './component.js';
import type { NodeCount } from './nodes.js';
import type { Instance } from './instance.js';
import type { StackPorts } from './ports.js';
import type { ProcessIdentity } from './process-identity.js';

export type ComponentPhase = 'downloading' | 'starting' | 'ready' | 'restarting' | 'stopped';

export interface ComponentState {
  phase: ComponentPhase;
  /** The last process started for it, running or not. */
  process?: ProcessIdentity;
  startedAt?: string;
  restarts: number;
}

/** What the supervisor says about itself and its children. It alone writes it; after a crash it tells whom to end. */
export interface StackState {
  name: string;
  supervisor: ProcessIdentity;
  phase: 'starting' | 'running' | 'stopping';
  ports: StackPorts;
  nodes: NodeCount;
  components: Partial<Record<ComponentName, ComponentState>>;
}

/** A stack that was started before there could be several nodes says nothing of them. */
type StoredState = Omit<StackState, 'nodes'> & Partial<Pick<StackState, 'nodes'>>;

export function readState(instance: Instance): StackState | undefined {
  try {
    const stored = JSON.parse(readFileSync(instance.stateFile, 'utf8')) as StoredState;
    return { nodes: 1, ...stored };
  } catch {
    return undefined;
  }
}

/** By renaming, so that a reader never sees half of it. */
export function writeState(instance: Instance, state: StackState): void {
  writeFileSync(`${instance.stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${instance.stateFile}.new`, instance.stateFile);
}
