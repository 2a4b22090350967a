import { componentProcess, type ComponentName } from '@navora/local-stack';
import { realServices } from './endpoints.js';

/**
 * Stops a part of the stack with SIGSTOP: its connections stay open, and nothing answers. The function it returns
 * lets it go on. Only on a stack of processes.
 */
export function freeze(component: ComponentName): () => void {
  const { stack } = realServices();
  if (stack === undefined)
    throw new Error(`${component} cannot be frozen: the stack is not one of processes`);
  const { pid } = componentProcess(stack, component);
  process.kill(pid, 'SIGSTOP');
  return () => {
    process.kill(pid, 'SIGCONT');
  };
}
