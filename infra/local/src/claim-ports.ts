import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Instance, instanceAt, isInstanceName } from './instance.js';
import { knownHomes } from './known-homes.js';
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
 * A port of a component that is away for a moment is written down too: nobody may answer there in its place.
 */
export async function claimPorts(
  instance: Instance,
  hosts: string[],
  homesFolder?: string,
): Promise<{ ports: StackPorts; moves: PortMove[] }> {
  for (;;) {
    const others = portsOf(neighbours(instance, homesFolder));
    const isFree = async (port: number): Promise<boolean> =>
      !others.has(port) && (await isPortFreeOn(hosts, port));
    const { ports, moves } = await choosePorts(rememberedPorts(instance.portsFile), isFree);
    rememberPorts(instance.portsFile, ports);
    await pause(100);
    const first = portsOf(neighbours(instance, homesFolder).filter(({ root }) => root < instance.root));
    if (!Object.values(ports).some((port) => first.has(port))) return { ports, moves };
  }
}

function portsOf(instances: Instance[]): Set<number> {
  return new Set(instances.flatMap(({ portsFile }) => Object.values(rememberedPorts(portsFile))));
}

/** The other instances of this user that run or are about to. */
function neighbours(instance: Instance, homesFolder?: string): Instance[] {
  return knownHomes(instance.home, homesFolder)
    .flatMap(instancesIn)
    .filter((other) => other.root !== instance.root && isAlive(holder(other)));
}

function instancesIn(home: string): Instance[] {
  const folder = join(home, 'stacks');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isInstanceName)
    .map((name) => instanceAt(home, name));
}
