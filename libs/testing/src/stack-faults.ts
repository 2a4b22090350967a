import { componentProcess, type ComponentName, restartComponent } from '@navora/local-stack';
import { realServices } from './endpoints.js';

/**
 * Stops a part of the stack with SIGSTOP: its connections stay open, and nothing answers. The function it returns
 * lets it go on. Only on a stack of processes.
 */
export function freeze(component: ComponentName): () => void {
  const { pid } = componentProcess(ownStack(component), component);
  process.kill(pid, 'SIGSTOP');
  return () => {
    process.kill(pid, 'SIGCONT');
  };
}

/** Ends a part of the stack by a signal; resolves when it is back and well. Only on a stack of processes. */
export async function restart(component: ComponentName, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await restartComponent(ownStack(component), component, { signal });
}

function ownStack(component: ComponentName): string {
  const { stack } = realServices();
  if (stack === undefined)
    throw new Error(`nothing can be done to ${component}: the stack is not one of processes`);
  return stack;
}
