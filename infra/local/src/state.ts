import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ComponentName } from './component.js';
import type { NodeCount } from './nodes.js';
import type { Instance } from './instance.js';
import type { StackPorts } from './ports.js';
import type { ProcessIdentity } from './process-identity.js';
import type { StackTls } from './stack-tls.js';

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
  /** Null: in plain text. */
  tls: StackTls | null;
  components: Partial<Record<ComponentName, ComponentState>>;
}

/** A stack that was started by an earlier version does not say everything. */
type StoredState = Omit<StackState, 'nodes' | 'tls'> & Partial<Pick<StackState, 'nodes' | 'tls'>>;

export function readState(instance: Instance): StackState | undefined {
  try {
    const stored = JSON.parse(readFileSync(instance.stateFile, 'utf8')) as StoredState;
    return { nodes: 1, tls: null, ...stored };
  } catch {
    return undefined;
  }
}

/** By renaming, so that a reader never sees half of it. */
export function writeState(instance: Instance, state: StackState): void {
  writeFileSync(`${instance.stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${instance.stateFile}.new`, instance.stateFile);
}
