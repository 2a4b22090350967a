import { randomUUID } from 'node:crypto';
import type { FenceCheck } from '@navora/erasure';
import { backoffMs, errorFields, type Logger } from '@navora/runtime';
import type { Channel, Delivery } from './channels/channel.js';
import type { Ledger, Pending, PendingNotice, Settled } from './ledger.js';
import type { Notice } from './notice.js';
import type { NotificationMetrics } from './notification-metrics.js';
import { EpochEnded, type Held, type Persistence } from './persistence.js';
import { Turnstile, type Turn } from './turnstile.js';

export interface OutletParts {
  name: string;
  channel: Channel;
  settings: { timeoutMs: number; atOnce: number };
  retries: { firstMs: number; longestMs: number; giveUpAfterMs: number };
  addresses(notice: Notice): readonly string[];
  /** The channel reaches people by their addresses, so without any there is nobody to tell. */
  needsAddresses: boolean;
  ledger: Ledger;
  pending: Pick<Pending, 'remove'>;
  persistence: Pick<Persistence, 'untilDone'>;
  metrics: Pick<NotificationMetrics, 'sent' | 'failed' | 'retried'>;
  fences: FenceCheck;
  log: Logger;
  now?: () => number;
}

/** Notices that wait in memory; the others wait in the view. */
const MAX_WAITING = 1000;
/** A claim outlives the attempt by so much; the outcome is recorded in this time, or somebody may send it once more. */
const LEASE_BEYOND_ATTEMPT_MS = 30_000;
/** For what our own code throws on: it must hold up nothing else, and is not forgotten. */
const PUZZLED_MS = 60_000;
/** While nobody can tell which vehicles are erased. */
const UNCERTAIN_MS = 1000;

/**
 * One channel's way out, on its own: a bounded queue, and so many attempts at once. A notice is claimed in the ledger
 * before it is sent, and its outcome is recorded there after; neither keeps a place at the channel.
 *
 * Between the other side's acceptance and that record a crash leaves a claim that ends by itself: then the notice
 * is sent once more, with the same id.
 */
export class Outlet {
  private readonly waiting = new Map<string, PendingNotice>();
  private readonly underWay = new Map<string, Promise<void>>();
  /** Not to be asked for before, by id: somebody else is at it, or it is to be tried again then. */
  private readonly asleep = new Map<string, number>();
  private readonly life: { held: boolean } & Held = { held: true };
  private readonly turnstile: Turnstile;
  private readonly now: () => number;

  constructor(private readonly parts: OutletParts) {
    this.now = parts.now ?? Date.now;
    const { atOnce } = parts.settings;
    this.turnstile = new Turnstile({ atOnce, onRoom: () => this.pump(), now: this.now });
  }

  get name(): string {
    return this.parts.name;
  }

  /** Takes it if it is not taken already, not asleep, and there is room. What is not taken stays in the view. */
  offer(pending: PendingNotice): void {
    const { id, dueAt } = pending.notice;
    if (this.underWay.has(id) || this.waiting.has(id) || this.waiting.size >= MAX_WAITING) return;
    const wakesAt = Math.max(this.asleep.get(id) ?? 0, dueAt);
    if (!this.life.held || wakesAt > this.now()) return;
    this.asleep.delete(id);
    this.waiting.set(id, pending);
    this.pump();
  }

  /** Begins nothing more, and waits for what is under way, so that its outcome is recorded. */
  async stop(): Promise<void> {
    this.waiting.clear();
    this.turnstile.close();
    await Promise.allSettled(this.underWay.values());
    this.life.held = false;
    this.parts.channel.close();
  }

  private pump(): void {
    for (const [id, pending] of this.waiting) {
      if (!this.turnstile.hasRoom) return;
      this.waiting.delete(id);
      const work = this.guarded(pending, this.turnstile.begin()).finally(() => this.underWay.delete(id));
      this.underWay.set(id, work);
    }
  }

  private async guarded(pending: PendingNotice, turn: Turn): Promise<void> {
    try {
      await this.deliver(pending, turn);
    } catch (error) {
      if (error instanceof EpochEnded) return;
      this.asleep.set(pending.notice.id, this.now() + PUZZLED_MS);
      this.parts.log.error({ ...this.fields(pending.notice), ...errorFields(error) }, 'notification_stuck');
    } finally {
      turn.leave();
    }
  }

  /** Claimed → its turn comes → sent → recorded → no longer pending. */
  private async deliver(pending: PendingNotice, turn: Turn): Promise<void> {
    const { ledger, settings, retries } = this.parts;
    const { notice } = pending;
    if (!this.mayBeTold(notice)) return;
    const claim = randomUUID();
    const now = this.now();
    const until = now + settings.timeoutMs + LEASE_BEYOND_ATTEMPT_MS;
    const claimed = await this.untilDone('claim', () => ledger.claim(notice, claim, now, until));
    if (claimed === 'settled') return this.remove(pending);
    if ('until' in claimed) return void this.asleep.set(notice.id, claimed.until);

    const giveUpAt = notice.dueAt + retries.giveUpAfterMs;
    if (this.now() > giveUpAt)
      return this.settle(pending, claim, 'failed', 'there was no way to send it in time');
    const addresses = this.parts.addresses(notice);
    if (this.parts.needsAddresses && addresses.length === 0)
      return this.settle(pending, claim, 'failed', 'no address is known');
    if (!(await turn.comesUp()))
      return this.untilDone('postpone', () =>
        ledger.postpone(notice.id, claim, this.now(), 'we stopped before its turn'),
      );
    // Meanwhile the claim may have ended: then it is another's to send.
    if (this.now() > until - settings.timeoutMs || !this.mayBeTold(notice)) return;
    const outcome = await this.attempt(notice, addresses);
    turn.leave();
    if ('accepted' in outcome) return this.settle(pending, claim, 'sent', outcome.accepted);
    if ('refused' in outcome) return this.settle(pending, claim, 'failed', `refused: ${outcome.refused}`);

    const attempts = claimed.mine + 1;
    const pause = backoffMs({ firstMs: retries.firstMs, maxMs: retries.longestMs }, claimed.mine);
    const again = this.now() + pause;
    if (again > giveUpAt)
      return this.settle(pending, claim, 'failed', `given up after ${attempts} attempts: ${outcome.why}`);
    await this.untilDone('postpone', () => ledger.postpone(notice.id, claim, again, outcome.why));
    this.asleep.set(notice.id, again);
    this.parts.metrics.retried(this.name);
    this.parts.log.warn({ ...this.fields(notice), attempts, why: outcome.why }, 'notification_postponed');
  }

  /** Of an erased vehicle people are told nothing; the erasure removes what is left of the notice. */
  private mayBeTold({ id, alert, receivedAt }: Notice): boolean {
    const { fences } = this.parts;
    if (!fences.fresh) this.asleep.set(id, this.now() + UNCERTAIN_MS);
    return fences.fresh && !fences.isErased(alert.vehicleId, receivedAt);
  }

  private async attempt(
    notice: Notice,
    addresses: readonly string[],
  ): Promise<Delivery | { readonly why: string }> {
    const { channel, settings } = this.parts;
    try {
      const delivery = await channel.send(notice, addresses, AbortSignal.timeout(settings.timeoutMs));
      this.turnstile.succeeded();
      return delivery;
    } catch (error) {
      this.turnstile.failed();
      return { why: whyOf(error) };
    }
  }

  private async settle(
    pending: PendingNotice,
    claim: string,
    outcome: Settled,
    detail: string,
  ): Promise<void> {
    const { ledger, metrics, log } = this.parts;
    const { notice } = pending;
    const ours = await this.untilDone('settle', () =>
      ledger.settle(notice.id, claim, this.now(), outcome, detail),
    );
    if (!ours) return;
    if (outcome === 'sent') metrics.sent(this.name, this.now() - notice.receivedAt);
    else {
      metrics.failed(this.name);
      log.error({ ...this.fields(notice), detail }, 'notification_failed');
    }
    await this.remove(pending);
  }

  private async remove(pending: PendingNotice): Promise<void> {
    await this.untilDone('remove_pending', () => this.parts.pending.remove(pending));
  }

  private untilDone<T>(what: string, operation: () => Promise<T>): Promise<T> {
    return this.parts.persistence.untilDone(what, this.life, operation);
  }

  private fields({ id, alert, transition, audience }: Notice): Record<string, string> {
    const { vehicleId, rule } = alert;
    return { notification: id, channel: this.name, audience, vehicleId, rule, transition };
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
