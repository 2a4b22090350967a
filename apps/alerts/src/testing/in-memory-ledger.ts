import type { Claimed, Ledger, Pending, PendingNotice, Settled } from '../ledger.js';
import type { Notice } from '../notice.js';
import type { InMemoryStore } from './in-memory-store.js';

interface Entry {
  state: 'claimed' | 'postponed' | Settled;
  claim: string;
  until: number;
  attempts: number;
  detail?: string;
}

/** The ledger in memory, for tests. */
export class InMemoryLedger implements Ledger {
  readonly entries = new Map<string, Entry>();

  async claim({ id }: Notice, claim: string, now: number, until: number): Promise<Claimed> {
    await Promise.resolve();
    const standing = this.entries.get(id);
    if (standing?.claim === claim) return { mine: standing.attempts - 1 };
    if (standing?.state === 'sent' || standing?.state === 'failed') return 'settled';
    if (standing && standing.until > now) return { until: standing.until };
    const before = standing?.attempts ?? 0;
    this.entries.set(id, { state: 'claimed', claim, until, attempts: before + 1 });
    return { mine: before };
  }

  async postpone(noticeId: string, claim: string, until: number, why: string): Promise<void> {
    await Promise.resolve();
    const standing = this.entries.get(noticeId);
    if (standing?.claim !== claim || !/^(claimed|postponed)$/.test(standing.state)) return;
    this.entries.set(noticeId, { ...standing, state: 'postponed', until, detail: why });
  }

  async settle(
    noticeId: string,
    claim: string,
    _now: number,
    outcome: Settled,
    detail: string,
  ): Promise<boolean> {
    await Promise.resolve();
    const standing = this.entries.get(noticeId);
    if (standing?.claim !== claim) return false;
    this.entries.set(noticeId, { ...standing, state: outcome, detail });
    return true;
  }
}

/** The view of what is to be sent, as an in-memory store of alerts has it. */
export class InMemoryPending implements Pending {
  constructor(private readonly store: InMemoryStore) {}

  async *due(channel: string, now: number): AsyncIterable<PendingNotice> {
    await Promise.resolve();
    for (const { notice, version } of [...this.store.pendingCells.values()])
      if (notice && notice.channel === channel && notice.dueAt <= now) yield { notice, version };
  }

  async remove({ notice, version }: PendingNotice): Promise<void> {
    await Promise.resolve();
    this.store.pend(notice.id, { version, notice: undefined });
  }
}
