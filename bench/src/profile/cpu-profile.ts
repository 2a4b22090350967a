import type { Profiler } from 'node:inspector';

export type CpuProfile = Profiler.Profile;
export type CallFrame = Omit<CpuProfile['nodes'][number]['callFrame'], 'scriptId'>;

/** Whose code a frame is, and which function of it. */
export interface Origin {
  owner: string;
  /** With its file where that is one of ours. */
  what: string;
}

export interface SelfTimes {
  /** µs in which anything ran. */
  busyMicros: number;
  /** Largest first. */
  byOwner: Share[];
  byFunction: (Share & { owner: string })[];
}

export interface Share {
  name: string;
  /** Of the busy time, 0 to 1. */
  share: number;
}

const WAITING = new Set(['(idle)', '(root)']);

/** Where the time went: of each sample only what ran itself, and not who had called it. */
export function selfTimes(
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  originOf: OriginOf,
): SelfTimes {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const microsOf = new Map<number, number>();
  samples.forEach((id, at) => microsOf.set(id, (microsOf.get(id) ?? 0) + (timeDeltas[at] ?? 0)));

  const owners = new Map<string, number>();
  const functions = new Map<string, { name: string; owner: string; micros: number }>();
  let busyMicros = 0;
  for (const [id, micros] of microsOf) {
    const frame = frames.get(id);
    if (!frame || WAITING.has(frame.functionName)) continue;
    busyMicros += micros;
    const { owner, what } = originOf(frame);
    owners.set(owner, (owners.get(owner) ?? 0) + micros);
    const key = `${owner} ${what}`;
    const known = functions.get(key) ?? { name: what, owner, micros: 0 };
    functions.set(key, { ...known, micros: known.micros + micros });
  }
  const share = (micros: number) => (busyMicros === 0 ? 0 : micros / busyMicros);
  return {
    busyMicros,
    byOwner: [...owners].map(([name, micros]) => ({ name, share: share(micros) })).sort(largestFirst),
    byFunction: [...functions.values()]
      .map(({ name, owner, micros }) => ({ name, owner, share: share(micros) }))
      .sort(largestFirst),
  };
}

export type OriginOf = (frame: CallFrame) => Origin;

const largestFirst = (one: Share, other: Share) => other.share - one.share;
