import type { ComponentName } from './component.js';
import type { NodeCount } from './nodes.js';
import type { StackPorts } from './ports.js';
import type { StackProgress } from './progress.js';
import type { Tuning } from './tuning.js';

/** What is added to the environment of single components. */
export type ComponentEnvironment = Partial<Record<ComponentName, Record<string, string>>>;

/** What a supervisor is started for. */
export interface SupervisorTask {
  home: string;
  name: string;
  nodes: NodeCount;
  /** Everything over TLS, and nobody without a certificate. */
  tls: boolean;
  tuning?: Tuning | undefined;
  environment?: ComponentEnvironment;
}

/** What a supervisor tells the process that started it. */
export type SupervisorMessage =
  | { type: 'progress'; event: StackProgress }
  | { type: 'ready'; ports: StackPorts }
  | { type: 'failed'; message: string }
  | { type: 'already-running' };
