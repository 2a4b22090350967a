import {
  type ComponentName,
  componentProcess,
  nodesByAge,
  takeAway,
  untilHealthy,
} from '@navora/local-stack';
import type { Heal, World } from './fault.js';

export type Kind = 'kafka' | 'cassandra' | 'registry' | 'mqtt';

/** SIGSTOP: its connections stay open and nobody answers on them. */
export async function freeze({ stack, tell }: World, kind: Kind): Promise<Heal> {
  const pids = allOf(stack, kind).map((component) => componentProcess(stack, component).pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  tell(`${kind} frozen`);
  return async () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await untilHealthy(stack);
  };
}

/** SIGKILL, and it stays away. */
export async function keepAway({ stack, tell }: World, kind: Kind): Promise<Heal> {
  tell(`${kind} killed and kept away`);
  const heals: Heal[] = [];
  for (const component of allOf(stack, kind)) heals.push(await takeAway(stack, component));
  // All may come back before any waits for the others.
  return async () => void (await Promise.all(heals.map((heal) => heal())));
}

/** Every node of it: one of three that is away is another fault. */
export function allOf(stack: string, kind: Kind): ComponentName[] {
  return kind === 'kafka' || kind === 'cassandra' ? nodesByAge(stack, kind) : [kind];
}
