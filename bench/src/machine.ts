import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type as kernel } from 'node:os';
import { stackStatus } from '@navora/local-stack';

/** What figures depend on. */
export interface Machine {
  processors: string;
  memoryGiB: number;
  system: string;
  node: string;
  java: string;
  services: string;
  /** How Cassandra syncs its commit log: for all sides the same. */
  commitLog: string;
  /** Of Cassandra, where they differ from the local stack's. */
  otherSettings: string[];
}

export async function describeMachine(stack: string, settings: Record<string, string>): Promise<Machine> {
  const { components } = await stackStatus({ name: stack });
  return {
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${distribution()}, ${kernel()} ${release()}`,
    node: process.version,
    java: firstLineOf('java', ['--version']),
    services: components.map(({ title }) => title).join(', '),
    commitLog:
      settings['commitlog_sync'] === undefined
        ? 'group, 3 ms: a row is acknowledged once it is on the disk'
        : `${settings['commitlog_sync']}: a row is acknowledged before it is on the disk`,
    otherSettings: Object.entries(settings).map(([name, value]) => `${name} ${value}`),
  };
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function firstLineOf(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
