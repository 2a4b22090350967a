import type { Erasure } from '@navora/erasure';
import { sumOf, totalOf, type Found, type Remains } from './erased-remains.js';

export interface Timing {
  /** A fence is set so far ahead of now, and moved on when it is nearer than `moveWithinMs`. */
  aheadMs: number;
  moveWithinMs: number;
  /** So long after a fence was written all services have seen it, or write nothing, and nothing is under way. */
  seenByAllMs: number;
}

/** As `ErasureStore`. */
export interface Erasures {
  change(
    vehicleId: string,
    decide: (before: Erasure | undefined) => Erasure | undefined,
  ): Promise<Erasure | undefined>;
}

export interface ErasureParts {
  erasures: Erasures;
  remains: Remains;
  /** When Kafka has dropped its copies, by topic; null: never. */
  copiesUntil(erasedAt: number): Promise<Record<string, number | null>>;
  timing: Timing;
  progress: Progress;
  pause(ms: number): Promise<void>;
  now(): number;
  /** Ends it between two steps. */
  signal: AbortSignal;
}

export interface Progress {
  fence(erasure: Erasure, resumed: boolean): void;
  waiting(ms: number): void;
  looked(found: Found, look: number): void;
}

export interface Request {
  vehicleId: string;
  by: string;
  comment?: string | undefined;
}

export interface Outcome {
  erasure: Erasure;
  /** Rows removed by this run, by table. */
  removed: Found;
  looks: number;
  kafkaUntil: Record<string, number | null>;
}

/** Looks find something again and again: somebody writes who does not ask. */
export class StillWritten extends Error {
  override name = 'StillWritten';
}

const MOST_LOOKS = 20;

/**
 * Erases one vehicle. The fence lies ahead of now for as long as this goes on, so that nothing which arrives
 * meanwhile is written: only the erasure changes the vehicle's rows then. It looks, and removes, until a look finds
 * nothing. May be broken off anywhere, and run again.
 */
export class ErasureRun {
  private fence: Erasure | undefined;
  /** It was moved on too late for all to see that in time: somebody may have written past it. */
  private fellBehind = false;

  constructor(private readonly parts: ErasureParts) {}

  async erase(request: Request): Promise<Outcome> {
    await this.fenceOff(request);
    let removed: Found = {};
    let looks = 0;
    for (;;) {
      const found = await this.lookBehindTheFence();
      this.parts.progress.looked(found, ++looks);
      removed = sumOf(removed, found);
      await this.moveOn();
      const { vehicleId, erasedAt } = this.standing;
      if (this.fellBehind) {
        await this.fenceOff(request);
      } else if (totalOf(found) === 0) {
        const kafkaUntil = await this.parts.copiesUntil(erasedAt);
        return { erasure: await this.complete(removed, kafkaUntil), removed, looks, kafkaUntil };
      } else if (looks >= MOST_LOOKS) {
        throw new StillWritten(
          `rows of ${vehicleId} appear again and again: is a service of an older version running?`,
        );
      }
    }
  }

  private get standing(): Erasure {
    if (!this.fence) throw new Error('there is no fence yet');
    return this.fence;
  }

  private async fenceOff(request: Request): Promise<void> {
    const { timing, progress, now, pause } = this.parts;
    const requestedAt = now();
    const erasedAt = requestedAt + timing.aheadMs;
    let resumed = false;
    this.fellBehind = false;
    this.fence = await this.parts.erasures.change(request.vehicleId, (before) => {
      if (before && before.erasedAt >= erasedAt && before.state === 'erasing') return undefined;
      resumed = before?.state === 'erasing';
      return requested(request, before, erasedAt, requestedAt);
    });
    progress.fence(this.standing, resumed);
    for (let left = timing.seenByAllMs; left > 0; left -= 1000) {
      this.parts.signal.throwIfAborted();
      progress.waiting(left);
      await pause(Math.min(left, 1000));
      await this.moveOn();
    }
  }

  /** While it looks, the fence is kept ahead. */
  private async lookBehindTheFence(): Promise<Found> {
    const { remains, pause, signal } = this.parts;
    signal.throwIfAborted();
    const { vehicleId, erasedAt, requestedAt } = this.standing;
    let looking = true;
    const found = remains.look({ vehicleId, erasedAt, requestedAt }, true).finally(() => (looking = false));
    const keepAhead = async () => {
      for (;;) {
        await this.moveOn();
        if (!looking) return;
        await Promise.race([pause(1000), found.catch(() => undefined)]);
        if (!looking) return;
      }
    };
    const [all] = await Promise.all([found, keepAhead()]);
    return all;
  }

  private async moveOn(): Promise<void> {
    const { timing, now, erasures } = this.parts;
    const { vehicleId, erasedAt } = this.standing;
    const aheadMs = erasedAt - now();
    if (aheadMs > timing.moveWithinMs) return;
    if (aheadMs < timing.seenByAllMs) this.fellBehind = true;
    const next = now() + timing.aheadMs;
    this.fence = await erasures.change(vehicleId, (before) =>
      before && before.erasedAt < next ? { ...before, erasedAt: next } : undefined,
    );
  }

  /** Another run that has moved the fence on completes it itself. */
  private async complete(removed: Found, kafkaUntil: Record<string, number | null>): Promise<Erasure> {
    const { vehicleId, erasedAt } = this.standing;
    const completedAt = this.parts.now();
    const after = await this.parts.erasures.change(vehicleId, (before) => {
      if (!before || before.state === 'erased' || before.erasedAt !== erasedAt) return undefined;
      return {
        ...before,
        ...{ state: 'erased', completedAt, removed: sumOf(before.removed, removed) },
        kafkaUntil: finite(kafkaUntil),
      };
    });
    return after ?? this.standing;
  }
}

function requested(
  { vehicleId, by, comment }: Request,
  before: Erasure | undefined,
  wanted: number,
  now: number,
): Erasure {
  const erasedAt = Math.max(wanted, before?.erasedAt ?? 0);
  // What was begun goes on, as asked for by whoever began it.
  if (before?.state === 'erasing') return { ...before, erasedAt };
  return {
    ...{ vehicleId, erasedAt, state: 'erasing', by, requestedAt: now, removed: {}, kafkaUntil: {} },
    ...(comment !== undefined && { comment }),
  };
}

function finite(until: Record<string, number | null>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(until).flatMap(([topic, at]): [string, number][] => (at === null ? [] : [[topic, at]])),
  );
}
