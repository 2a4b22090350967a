import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessUse {
  cpuSeconds: number;
  peakRssMiB: number;
}

let ticksPerSecond: number | undefined;

/** What a process has used since its start, from /proc; undefined when it is gone, or where there is no /proc. */
export function useOf(pid: number): ProcessUse | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    return {
      cpuSeconds: (userTicks + systemTicks) / ticksPerSecond,
      peakRssMiB: Number(peak?.[1] ?? 0) / 1024,
    };
  } catch {
    return undefined;
  }
}

export interface Cost {
  cpuSecondsPerMillion: number;
  /** Of its whole life so far. */
  peakRssMiB: number;
}

/** What some processes use from now on. */
export class CostWatch {
  private readonly before: Map<string, { pid: number; cpuSeconds: number }>;

  constructor(pids: Record<string, number>) {
    this.before = new Map(
      Object.entries(pids).map(([name, pid]) => [name, { pid, cpuSeconds: useOf(pid)?.cpuSeconds ?? 0 }]),
    );
  }

  /** Per million records, if so many were done meanwhile. */
  costs(records: number): Record<string, Cost> {
    const costs: Record<string, Cost> = {};
    for (const [name, { pid, cpuSeconds }] of this.before) {
      const now = useOf(pid);
      if (now === undefined) continue;
      costs[name] = {
        cpuSecondsPerMillion: ((now.cpuSeconds - cpuSeconds) / records) * 1e6,
        peakRssMiB: now.peakRssMiB,
      };
    }
    return costs;
  }
}
