import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import type { Fence, FenceList } from './erasure.js';
import { FENCES_ASKED_EVERY_MS, FENCES_STALE_AFTER_MS } from './timing.js';

/** Where fences are kept. What it answers is true of some moment after it was asked. */
export interface FenceSource {
  /** Grows with every change. */
  version(): Promise<number>;
  readAll(): Promise<FenceList>;
}

export interface FencesOptions {
  log: Logger;
  /** A fence is new, or was moved on. Called before anybody can see that the fences are fresh. */
  onFence?(fence: Fence): void;
  everyMs?: number;
  staleAfterMs?: number;
  /** ms that only grow. Injected by tests. */
  monotonic?: () => number;
  now?: () => number;
}

/** What whoever writes must ask before each attempt. */
export interface FenceCheck {
  readonly fresh: boolean;
  /** Resolves once the fences are fresh, for as long as that takes. */
  untilFresh(): Promise<void>;
  /** Whether a reading of the vehicle, received then, is erased. True stays true, however old the fences are. */
  isErased(vehicleId: string, receivedAt: number): boolean;
}

/** While they are stale they are asked for this often. */
const IMPATIENT_MS = 500;

/** When the question was put, by two clocks: either may stand still while the process or its machine does. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * The fences of erased vehicles, as a service holds them. It knows how old they are by when it *asked*, not by when
 * the answer came: a process that was frozen in between must not take an old answer for a new one. While they are
 * stale nobody may write, since a fence may have been raised that we do not know.
 */
export class Fences implements FenceCheck {
  private fences: ReadonlyMap<string, Fence> = new Map();
  private version = -1;
  private asked: Moment = { monotonic: -Infinity, wall: -Infinity };
  private waiting: (() => void)[] = [];
  private wasFresh = true;
  private readonly stopping = new AbortController();
  private asking: Promise<void> | undefined;

  private constructor(
    private readonly source: FenceSource,
    private readonly options: FencesOptions,
  ) {}

  /** @throws whatever the source throws: without fences nobody starts. */
  static async load(source: FenceSource, options: FencesOptions): Promise<Fences> {
    const fences = new Fences(source, options);
    await fences.refresh();
    return fences;
  }

  get fresh(): boolean {
    const { monotonic, wall } = this.moment();
    const age = Math.max(monotonic - this.asked.monotonic, wall - this.asked.wall);
    return age < (this.options.staleAfterMs ?? FENCES_STALE_AFTER_MS);
  }

  async untilFresh(): Promise<void> {
    while (!this.fresh) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  isErased(vehicleId: string, receivedAt: number): boolean {
    const fence = this.fences.get(vehicleId);
    return fence !== undefined && receivedAt <= fence.erasedAt;
  }

  of(vehicleId: string): Fence | undefined {
    return this.fences.get(vehicleId);
  }

  start(): void {
    this.asking ??= this.askUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.asking;
  }

  /** Asks once. */
  async refresh(): Promise<void> {
    const asked = this.moment();
    if ((await this.source.version()) !== this.version) this.take(await this.source.readAll());
    this.asked = asked;
    for (const resume of this.waiting.splice(0)) resume();
  }

  private take({ version, fences }: FenceList): void {
    const before = this.fences;
    this.fences = new Map(fences.map((fence) => [fence.vehicleId, fence]));
    this.version = version;
    for (const fence of fences)
      if (fence.erasedAt > (before.get(fence.vehicleId)?.erasedAt ?? -Infinity))
        this.options.onFence?.(fence);
  }

  private async askUntilStopped(): Promise<void> {
    const { everyMs = FENCES_ASKED_EVERY_MS, log } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Whoever has stopped writing for it shall not wait longer than it must.
      const pauseMs = this.fresh ? everyMs : Math.min(everyMs, IMPATIENT_MS);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.refresh();
        if (!this.wasFresh) log.info({}, 'fences_fresh');
        this.wasFresh = true;
      } catch (error) {
        if (this.wasFresh && !this.fresh) {
          log.warn(errorFields(error), 'fences_stale');
          this.wasFresh = false;
        }
      }
    }
  }

  private moment(): Moment {
    const { monotonic = () => performance.now(), now = Date.now } = this.options;
    return { monotonic: monotonic(), wall: now() };
  }
}

/** For where nobody is erased: tests of something else. */
export const NO_FENCES: FenceCheck & Pick<Fences, 'of'> = {
  fresh: true,
  untilFresh: () => Promise.resolve(),
  isErased: () => false,
  of: () => undefined,
};
