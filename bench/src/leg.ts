import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchStack } from './bench-stack.js';
import type { AtWork } from './contestant.js';
import type { LegResults } from './results.js';

export interface LegOptions {
  runs: number;
  /** Of leg a, b; what is slow is given less. */
  readings: number;
  vehicles: number;
  /** Of leg c: messages a second. */
  rates?: readonly number[];
  seed: number;
  /** Runs once before what counts. */
  warmUp: boolean;
  only?: readonly string[] | undefined;
  /** Logs of the sides go there. */
  folder: string;
  signal: AbortSignal;
  tell(line: string): void;
}

/** What is measured in one way, by several sides beside each other. */
export interface Leg {
  name: string;
  title: string;
  /** What is warm after it, for the legs behind it. */
  warms: string;
  run(stack: BenchStack, options: LegOptions): Promise<LegResults>;
}

export function ownFolder(folder: string, ...names: (string | number)[]): string {
  const own = join(folder, names.join('-').replaceAll(' ', '-'));
  mkdirSync(own, { recursive: true });
  return own;
}

/** A side that ended by itself: its words. */
export class SideEnded extends Error {
  override name = 'SideEnded';
}

/** What comes of `work`, unless the side ends before. @throws SideEnded */
export async function whileAtWork<T>({ ended }: AtWork, work: Promise<T>): Promise<T> {
  if (!ended) return work;
  const early = ended.then((words) => {
    throw new SideEnded(words);
  });
  early.catch(() => undefined);
  return Promise.race([work, early]);
}
