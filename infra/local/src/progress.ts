import type { ComponentName } from './component.js';

/** One thing that happened to one component, or to the stack as a whole. */
export interface StackProgress {
  component: ComponentName | 'stack';
  phase: 'downloading' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'notice';
  /** Since the phase before it began: how long the download, the start or the stop took. */
  seconds: number;
  message: string;
}

export function secondsSince(startMs: number): number {
  return Math.round((performance.now() - startMs) / 100) / 10;
}
