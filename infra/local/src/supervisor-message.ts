import type { StackPorts } from './ports.js';
import type { StackProgress } from './progress.js';

/** What a supervisor tells the process that started it. */
export type SupervisorMessage =
  | { type: 'progress'; event: StackProgress }
  | { type: 'ready'; ports: StackPorts }
  | { type: 'failed'; message: string }
  | { type: 'already-running' };
