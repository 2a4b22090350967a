import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Instance, instanceAt } from './instance.js';
import { rememberedPorts } from './ports.js';
import { isAlive } from './process-identity.js';
import { holder } from './supervisor-lock.js';

/** The ports of the instances beside this one that run or are about to: one that has yet to bind its ports owns them all the same. */
export async function otherStacksPorts(instance: Instance): Promise<Set<number>> {
  const folder = dirname(instance.root);
  if (!existsSync(folder)) return new Set();
  const others = readdirSync(folder)
    .filter((name) => name !== instance.name)
    .map((name) => instanceAt(instance.home, name))
    .filter((other) => isAlive(holder(other)));
  return new Set(others.flatMap((other) => Object.values(rememberedPorts(other.portsFile))));
}
