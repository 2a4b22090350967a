import type { Notice } from './notice.js';

/**
 * `mine`: send it, nobody else will until the claim ends; the number tells how many attempts came before.
 * `until`: somebody is at it, or it is due again then. `settled`: it was sent, or has failed.
 */
export type Claimed = { readonly mine: number } | { readonly until: number } | 'settled';

export type Settled = 'sent' | 'failed';

/**
 * What became of each notification, for all services that send and for as long as there is a database. Every
 * method throws when it failed or when its outcome is not known; calling it again with the same arguments is
 * always right.
 */
export interface Ledger {
  /** @param claim names the attempt; a claim whose `until` has passed belongs to somebody who crashed. */
  claim(notice: Notice, claim: string, now: number, until: number): Promise<Claimed>;
  /** The attempt failed, and whoever is there at `until` may make the next. Nothing happens to a lost claim. */
  postpone(noticeId: string, claim: string, until: number, why: string): Promise<void>;
  /** @returns false when the claim was lost meanwhile: somebody else tells what became of it. */
  settle(noticeId: string, claim: string, now: number, outcome: Settled, detail: string): Promise<boolean>;
}

/** A notice to be sent, and the version of the view's row. */
export interface PendingNotice {
  readonly notice: Notice;
  readonly version: number;
}

/** The view of what is to be sent, as the sender sees it. */
export interface Pending {
  /** What is due now, in no order. */
  due(channel: string, now: number): AsyncIterable<PendingNotice>;
  /** Shown to be done; whoever writes the transition's views once more does not bring it back. */
  remove(pending: PendingNotice): Promise<void>;
}
