import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from './instance.js';
import { identify, isAlive, type ProcessIdentity } from './process-identity.js';

/** One supervisor per instance, also when two are started at the same moment. False: another one holds it. */
export async function takeLock(instance: Instance): Promise<boolean> {
  const mine = JSON.stringify(identify(process.pid));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeFileSync(instance.lockFile, mine, { flag: 'wx' });
    } catch {
      if (isAlive(holder(instance))) return false;
      rmSync(instance.lockFile, { force: true });
      continue;
    }
    // Another one may have judged the stale lock just before we replaced it, and have removed ours instead.
    await pause(100);
    return JSON.stringify(holder(instance)) === mine;
  }
  return false;
}

export function holder(instance: Instance): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(instance.lockFile, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
