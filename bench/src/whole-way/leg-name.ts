import type { CommitLog } from '../commit-log.js';

/** What leg c is called at a rate; also in names of files. */
export function legAt(ratePerSecond: number, commitLog: CommitLog = 'group'): string {
  return withCommitLog(`c at ${ratePerSecond} a second`, commitLog);
}

/** What a side stores at most, whatever it is sent. */
export const CAPACITY = capacityLeg('group');

export function capacityLeg(commitLog: CommitLog): string {
  return withCommitLog('c capacity', commitLog);
}

/** The mode that all legs have is not said. */
function withCommitLog(leg: string, commitLog: CommitLog): string {
  return commitLog === 'group' ? leg : `${leg} (${commitLog})`;
}
