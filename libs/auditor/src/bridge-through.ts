import type { Pulse } from './evidence.js';
import type { Offsets } from './quiet.js';

/** The readings topic, as far as it concerns the bridge's heartbeats. */
export interface Pulses {
  ends(): Promise<Offsets>;
  /** Where the records of this time and later begin. */
  endsAt(time: number): Promise<Offsets>;
  /** The heartbeats between these offsets, by partition. */
  between(starts: Offsets, ends: Offsets): Promise<ReadonlyMap<number, readonly Pulse[]>>;
}

export interface Waiting {
  readonly pulses: Pulses;
  /** How long nothing may come into the topic. */
  readonly patienceMs: number;
  readonly onProgress: (what: string) => void;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly now: () => number;
}

/** A bridge that sends heartbeats has sent one within a minute, unless it was away, or is behind. */
const LOOKS_BACK_MS = [60_000, 900_000];

/**
 * Waits until the bridge has written to Kafka what the broker had for it when the wait began: until each partition
 * has a heartbeat of that time or later, which the broker hands over behind all the rest. Until then, a reading
 * that was acknowledged to its vehicle and is not in Kafka may just be on its way.
 *
 * @returns `no heartbeats` if there were none lately, so that nothing tells; `not through` if nothing came for as
 * long as patience allows.
 */
export async function bridgeThrough(waiting: Waiting): Promise<'through' | 'not through' | 'no heartbeats'> {
  const { pulses, patienceMs, onProgress, pause, now } = waiting;
  const begunAt = now();
  let seenUpTo = await pulses.ends();
  if (!(await sendsHeartbeats(pulses, seenUpTo, begunAt))) return 'no heartbeats';
  const missing = new Set(seenUpTo.keys());
  let movedAt = begunAt;
  for (;;) {
    onProgress(`waiting for the bridge's heartbeat in ${missing.size} partitions`);
    await pause(1000);
    const ends = await pulses.ends();
    if (moved(seenUpTo, ends)) movedAt = now();
    else if (now() - movedAt >= patienceMs) return 'not through';
    for (const [partition, found] of await pulses.between(seenUpTo, ends))
      if (found.some(({ upTo }) => upTo >= begunAt)) missing.delete(partition);
    if (missing.size === 0) return 'through';
    seenUpTo = ends;
  }
}

/** One partition tells: a heartbeat goes to all of them. */
async function sendsHeartbeats(pulses: Pulses, ends: Offsets, now: number): Promise<boolean> {
  for (const back of LOOKS_BACK_MS) {
    const starts = await pulses.endsAt(now - back);
    if ((await pulses.between(starts, new Map([...ends].slice(0, 1)))).size > 0) return true;
  }
  return false;
}

function moved(before: Offsets, after: Offsets): boolean {
  return [...after].some(([partition, end]) => end > (before.get(partition) ?? 0n));
}
