import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { useOf } from '../process-costs.js';
import { growthPerSecond, type Point } from './trend.js';
import { now } from './wall-clock.js';

export interface ProcessCosts {
  cpuMicrosecondsPerMessage: number;
  /** Of one processor. */
  cpuShare: number;
  peakResidentMiB: number;
  residentGrowthMiBPerMinute: number;
}

export interface Observed {
  byProcess: Record<string, ProcessCosts>;
  backlog: { growthPerSecond: number; largest: number; last: number };
}

/** What is looked at from outside while the measured readings are on their way. */
export interface Subject {
  pids: Record<string, number>;
  messages: number;
  /** ms since 1970 */
  from: number;
  until: number;
  /** How many readings are due and not stored yet; undefined while nobody can tell. */
  backlog(): Promise<number | undefined>;
}

interface Look {
  at: number;
  cpuSeconds: number;
  residentMiB: number;
}

const LOOK_EVERY_MS = 500;

/** @throws Error when one of the processes ended meanwhile: its costs would be those of another */
export async function observe({ pids, messages, from, until, backlog }: Subject): Promise<Observed> {
  const looks = new Map(Object.keys(pids).map((name) => [name, [] as Look[]]));
  const lookAtAll = () => {
    for (const [name, pid] of Object.entries(pids)) looks.get(name)?.push(lookAt(name, pid));
  };
  const backlogs: Point[] = [];
  for (let next = from; next < until; next += LOOK_EVERY_MS) {
    await pause(Math.max(0, next - now()));
    lookAtAll();
    const value = await backlog();
    if (value !== undefined) backlogs.push({ at: now(), value });
  }
  await pause(Math.max(0, until - now()));
  lookAtAll();
  return {
    byProcess: Object.fromEntries([...looks].map(([name, all]) => [name, costsOf(all, messages)])),
    backlog: {
      growthPerSecond: rounded(growthPerSecond(backlogs)),
      largest: Math.max(0, ...backlogs.map(({ value }) => value)),
      last: backlogs.at(-1)?.value ?? NaN,
    },
  };
}

function lookAt(name: string, pid: number): Look {
  const use = useOf(pid);
  if (!use) throw new Error(`${name} (pid ${pid}) has ended, or its use cannot be seen`);
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { at: now(), cpuSeconds: use.cpuSeconds, residentMiB: Number(resident?.[1] ?? NaN) / 1024 };
}

function costsOf(looks: Look[], messages: number): ProcessCosts {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) throw new Error('nobody looked');
  const cpuSeconds = last.cpuSeconds - first.cpuSeconds;
  const memory = looks.map(({ at, residentMiB }) => ({ at, value: residentMiB }));
  return {
    cpuMicrosecondsPerMessage: rounded((cpuSeconds * 1e6) / messages),
    cpuShare: Math.round((cpuSeconds * 100_000) / (last.at - first.at)) / 100,
    peakResidentMiB: rounded(Math.max(...memory.map(({ value }) => value))),
    residentGrowthMiBPerMinute: rounded(growthPerSecond(memory) * 60),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
