import { backoffMs } from '@navora/runtime';

/** One notice's way to the channel and past it. */
export interface Turn {
  /** Resolves when there is a place for it at the channel: true, or false when nothing is let through any more. */
  comesUp(): Promise<boolean>;
  /** Makes room for others, wherever on its way it is; once more is nothing. */
  leave(): void;
}

/** While nothing gets through, one at a time tries whether something does; this far apart at most. */
const WHILE_AWAY = { firstMs: 500, maxMs: 15_000 };

/**
 * Lets so many through to a channel at once, and one at a time, with pauses, while the channel is away. As many again
 * may get ready meanwhile, so that a place at the channel is never idle while something is asked of the ledger.
 */
export class Turnstile {
  private gettingReady = 0;
  private atChannel = 0;
  private readonly ready: ((goes: boolean) => void)[] = [];
  private failures = 0;
  private pausedUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly parts: { atOnce: number; onRoom(): void; now(): number }) {}

  /** One more may get ready. */
  get hasRoom(): boolean {
    return !this.closed && this.pauseMs <= 0 && this.gettingReady < this.atOnce;
  }

  begin(): Turn {
    let stage: 'getting-ready' | 'at-channel' | 'past' = 'getting-ready';
    this.gettingReady++;
    return {
      comesUp: () =>
        new Promise((resolve) => {
          if (this.closed) return resolve(false);
          this.ready.push((goes) => {
            if (goes) {
              stage = 'at-channel';
              this.gettingReady--;
              this.atChannel++;
            }
            resolve(goes);
          });
          this.letThrough();
        }),
      leave: () => {
        if (stage === 'past') return;
        if (stage === 'at-channel') this.atChannel--;
        else this.gettingReady--;
        stage = 'past';
        this.letThrough();
      },
    };
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    this.pausedUntil = this.parts.now() + backoffMs(WHILE_AWAY, this.failures++);
  }

  /** Lets nothing through any more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const come of this.ready.splice(0)) come(false);
  }

  private letThrough(): void {
    if (this.closed) return;
    if (this.pauseMs > 0) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.letThrough(), this.pauseMs);
      return;
    }
    while (this.atChannel < this.atOnce) {
      const come = this.ready.shift();
      if (!come) break;
      come(true);
    }
    this.parts.onRoom();
  }

  private get atOnce(): number {
    return this.failures > 0 ? 1 : this.parts.atOnce;
  }

  private get pauseMs(): number {
    return this.pausedUntil - this.parts.now();
  }
}
