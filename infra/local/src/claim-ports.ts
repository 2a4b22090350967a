import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Instance, instanceAt, isInstanceName } from './instance.js';
import {
  choosePorts,
  isPortFreeOn,
  type PortMove,
  rememberedPorts,
  rememberPorts,
  type StackPorts,
} from './ports.js';
import { isAlive } from './process-identity.js';
import { holder } from './supervisor-lock.js';

/**
 * Chooses the ports of an instance and writes them down. They are bound seconds later only, so what is written down
 * is what instances starting at the same moment respect: of two that chose alike, the later in the alphabet gives way.
 */
export async function claimPorts(
  instance: Instance,
  hosts: string[],
): Promise<{ ports: StackPorts; moves: PortMove[] }> {
  for (;;) {
    const others = portsOf(neighbours(instance));
    const isFree = async (port: number): Promise<boolean> =>
      !others.has(port) && (await isPortFreeOn(hosts, port));
    const { ports, moves } = await choosePorts(rememberedPorts(instance.portsFile), isFree);
    rememberPorts(instance.portsFile, ports);
    await pause(100);
    const first = portsOf(neighbours(instance).filter(({ name }) => name < instance.name));
    if (!Object.values(ports).some((port) => first.has(port))) return { ports, moves };
  }
}

function portsOf(instances: Instance[]): Set<number> {
  return new Set(instances.flatMap(({ portsFile }) => Object.values(rememberedPorts(portsFile))));
}

/** The other instances in the same home that run or are about to. */
function neighbours(instance: Instance): Instance[] {
  const folder = dirname(instance.root);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name !== instance.name && isInstanceName(name))
    .map((name) => instanceAt(instance.home, name))
    .filter((other) => isAlive(holder(other)));
}
