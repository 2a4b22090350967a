import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A process for certain. The pid alone is not: pids are used again, and whoever kills by pid alone may kill a
 * stranger. `started` tells them apart.
 */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** Clock ticks since boot from /proc (field 22 of `stat`), or what `ps` says where there is no /proc. Undefined: no such process. */
export function startOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) {
    const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return answer.stdout.trim() || undefined;
  }
  try {
    return startFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The command in parentheses may itself hold spaces and parentheses: count from the last one. A zombie has ended. */
export function startFromStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

export function identify(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(identity: ProcessIdentity | undefined): identity is ProcessIdentity {
  return identity !== undefined && startOf(identity.pid) === identity.started;
}

/** Sends the signal to this very process; false when it is gone (its pid may belong to another by now). */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** Asks it to stop, waits for it to be gone, and kills it once the grace time is over. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<'ended' | 'killed'> {
  signalProcess(identity, 'SIGTERM');
  // A frozen process acts on SIGTERM only after it goes on.
  signalProcess(identity, 'SIGCONT');
  if (await hasEnded(identity, graceMs)) return 'ended';
  signalProcess(identity, 'SIGKILL');
  await hasEnded(identity, 10_000);
  return 'killed';
}

export async function hasEnded(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await pause(50);
  }
  return true;
}
