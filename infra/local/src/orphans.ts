import { rmSync } from 'node:fs';
import type { Instance } from './instance.js';
import { endProcess, isAlive } from './process-identity.js';
import { readState } from './state.js';

/** Ends what a supervisor that died without stopping has left behind: by pid and start time, so never a stranger. True when there was one. */
export async function endOrphans(instance: Instance, graceMs = 20_000): Promise<boolean> {
  const state = readState(instance);
  if (!state || isAlive(state.supervisor)) return false;
  const left = Object.values(state.components)
    .map((component) => component.process)
    .filter((identity) => isAlive(identity));
  await Promise.all(left.map((identity) => endProcess(identity, graceMs)));
  for (const file of [instance.envFile, instance.stateFile, instance.lockFile]) rmSync(file, { force: true });
  return left.length > 0;
}
