import { atTime, type Witness } from './check.js';
import type { Circumstances, Commit } from './evidence.js';

/** A reset takes its time between the fault log's entry and the commit that shows it. */
const RESET_TOLERANCE_MS = 60_000;

export const OFFSETS_DECREASED = {
  name: 'offsets decreased',
  invariant: 'I6',
  promise: 'a consumer group never commits below what it has committed',
} as const;

/** Where a group's commits went back within the audited time, and whether that was done on purpose. */
export function* decreases(
  circumstances: Circumstances,
  startedAt: number,
): Iterable<{ witness: Witness; deliberate: boolean }> {
  const from = Math.max(startedAt, circumstances.range.from);
  const highest = new Map<string, Commit & { offset: bigint }>();
  for (const { offset, ...commit } of circumstances.commits ?? []) {
    if (offset === undefined) continue;
    const key = `${commit.group} ${commit.topic}/${commit.partition}`;
    const before = highest.get(key);
    if (
      before !== undefined &&
      offset < before.offset &&
      commit.at >= from &&
      commit.at <= circumstances.range.to
    )
      yield {
        witness: witness({ ...commit, offset }, before),
        deliberate: isDeliberate(commit.at, circumstances),
      };
    // What follows is measured against where the group went back to: one step back is one witness.
    highest.set(key, { ...commit, offset });
  }
}

function isDeliberate(at: number, { faults, resetsAllowed }: Circumstances): boolean {
  return (
    resetsAllowed ||
    faults.some(
      (fault) =>
        fault.code === 'P20' && at >= fault.from - RESET_TOLERANCE_MS && at <= fault.to + RESET_TOLERANCE_MS,
    )
  );
}

function witness(commit: Commit & { offset: bigint }, before: Commit & { offset: bigint }): Witness {
  return {
    what: `${commit.group} went back`,
    at: `${commit.topic}/${commit.partition}`,
    expected: `${before.offset} or above, as committed at ${atTime(before.at)}`,
    found: `${commit.offset} at ${atTime(commit.at)}`,
    time: commit.at,
  };
}
