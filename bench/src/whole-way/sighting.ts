import { setTimeout as pause } from 'node:timers/promises';
import { now } from './wall-clock.js';
import { quantilesOf, type Quantiles } from './latencies.js';
import { dueAt, type LoadPlan } from './load-plan.js';

const GIVE_UP_AFTER_MS = 60_000;
const FINEST_MS = 1;
/** The first look comes at this share of the quickest of so many sightings. */
const FIRST_LOOK = { share: 0.7, ofLast: 20 };
/** The pause before the next look, of what has passed: looking must not become the load that it measures. */
const PAUSE_SHARE = 0.1;

export interface Sightings {
  afterMs: Quantiles;
  /** Looked for for a minute, and not seen. */
  missed: number;
  /** How many questions that took. */
  looks: number;
}

/**
 * How long it takes from the moment a reading is due until what it causes can be seen from outside. Each number is
 * looked for until it is there, less and less often, so that what is found is at most a tenth too late.
 */
export class Lookout {
  private readonly afterMs: number[] = [];
  private readonly lastFewMs: number[] = [];
  private readonly underWay: Promise<void>[] = [];
  private missed = 0;
  private looks = 0;

  /** @param isThere asks the store, and answers false when it cannot tell */
  constructor(
    private readonly plan: LoadPlan,
    private readonly isThere: (number: number) => Promise<boolean>,
  ) {}

  /** Looks for these, each from when it is due. Resolves when all were seen or given up. */
  async watch(numbers: readonly number[]): Promise<Sightings> {
    for (const number of numbers) {
      await pause(Math.max(0, dueAt(this.plan, number) - now()));
      this.underWay.push(this.follow(number));
    }
    await Promise.all(this.underWay);
    const { missed, looks } = this;
    return { afterMs: quantilesOf(Float64Array.from(this.afterMs)), missed, looks };
  }

  private async follow(number: number): Promise<void> {
    const due = dueAt(this.plan, number);
    await pause(this.firstLookAfterMs());
    for (;;) {
      this.looks++;
      if (await this.isThere(number)) return this.seen(now() - due);
      const passed = now() - due;
      if (passed > GIVE_UP_AFTER_MS) {
        this.missed++;
        return;
      }
      await pause(Math.max(FINEST_MS, passed * PAUSE_SHARE));
    }
  }

  private firstLookAfterMs(): number {
    return this.lastFewMs.length === 0 ? 0 : FIRST_LOOK.share * Math.min(...this.lastFewMs);
  }

  private seen(afterMs: number): void {
    this.afterMs.push(afterMs);
    this.lastFewMs.push(afterMs);
    if (this.lastFewMs.length > FIRST_LOOK.ofLast) this.lastFewMs.shift();
  }
}

/** Numbers spread evenly over a range, so many a second. */
export function sampleOf(
  range: { from: number; end: number },
  ratePerSecond: number,
  perSecond: number,
): number[] {
  const step = ratePerSecond / perSecond;
  return Array.from({ length: Math.floor((range.end - range.from) / step) }, (_, i) =>
    Math.floor(range.from + (i + 0.5) * step),
  );
}
