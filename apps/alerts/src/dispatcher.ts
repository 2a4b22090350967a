import { errorFields, type Logger } from '@navora/runtime';
import type { VehicleState } from './alert.js';
import type { Pending } from './ledger.js';
import type { NotificationMetrics } from './notification-metrics.js';
import type { Outlet } from './outlet.js';

export interface DispatcherParts {
  outlets: readonly Pick<Outlet, 'name' | 'offer' | 'stop'>[];
  pending: Pick<Pending, 'due'>;
  metrics: Pick<NotificationMetrics, 'announced' | 'pending'>;
  log: Logger;
  /** How often the view is looked through. */
  lookEveryMs?: number;
  now?: () => number;
}

/** A look through the view ends here; the rest is seen when some of it is gone. */
const MAX_SEEN = 10_000;

/**
 * Brings what is to be sent to the channels. What this process decides goes to them at once. What waited for its
 * time, what is to be tried again, and what other processes left behind when they died is found in the view, which
 * every process looks through: the ledger lets one of them send it.
 */
export class Dispatcher {
  private readonly now: () => number;
  private readonly looking = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly parts: DispatcherParts) {
    this.now = parts.now ?? Date.now;
  }

  start(): void {
    const { lookEveryMs = 5000 } = this.parts;
    // Not all processes at the same moment: they would contend for each notice.
    const pause = lookEveryMs * (0.5 + Math.random());
    this.timer = setTimeout(() => {
      const look = this.look().finally(() => {
        this.looking.delete(look);
        if (!this.stopped) this.start();
      });
      this.looking.add(look);
    }, pause);
  }

  /** A transition of ours is made and stands in the views. Returns at once, whatever state channels are in. */
  announce({ version, last: { changes, announcement }, unannounced }: VehicleState): void {
    if (!announcement) return;
    this.parts.metrics.announced(changes, announcement, unannounced ?? []);
    if (announcement.known) return;
    for (const notice of announcement.notices)
      this.parts.outlets.find(({ name }) => name === notice.channel)?.offer({ notice, version });
  }

  /** Looks through the view once, channel by channel; a failure is for the next time. */
  async look(): Promise<void> {
    for (const outlet of this.parts.outlets) {
      let seen = 0;
      let oldest = this.now();
      try {
        for await (const pending of this.parts.pending.due(outlet.name, this.now())) {
          if (this.stopped || ++seen > MAX_SEEN) break;
          oldest = Math.min(oldest, pending.notice.dueAt);
          outlet.offer(pending);
        }
        this.parts.metrics.pending(outlet.name, seen, this.now() - oldest);
      } catch (error) {
        this.parts.log.warn({ channel: outlet.name, ...errorFields(error) }, 'pending_not_read');
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all(this.looking);
    await Promise.all(this.parts.outlets.map((outlet) => outlet.stop()));
  }
}
