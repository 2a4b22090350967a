import { type ComponentName, componentProcess, takeAway, untilHealthy } from '@navora/local-stack';
import type { Heal, World } from './fault.js';

/** SIGSTOP: its connections stay open and nobody answers on them. */
export async function freeze({ stack, tell }: World, component: ComponentName): Promise<Heal> {
  const { pid } = componentProcess(stack, component);
  process.kill(pid, 'SIGSTOP');
  tell(`${component} frozen`);
  return async () => {
    process.kill(pid, 'SIGCONT');
    await untilHealthy(stack);
  };
}

/** SIGKILL, and it stays away. */
export async function keepAway({ stack, tell }: World, component: ComponentName): Promise<Heal> {
  tell(`${component} killed and kept away`);
  return takeAway(stack, component);
}
