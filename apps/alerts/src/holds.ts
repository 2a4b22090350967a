import type { Timing, Verdict } from '@navora/schemas';
import type { Pending } from './alert.js';

/** Nothing asked for: the first breach opens, the first normal reading clears. */
export const AT_ONCE: Timing = {
  forMs: 0,
  clearForMs: 0,
  repeatTimes: 1,
  repeatWithinMs: 0,
  maxGapMs: null,
  reopenWithinMs: 0,
};

export const NOTHING_PENDING: readonly Pending[] = [];

/**
 * What the rules of a vehicle are under way to: durations that have begun, breaches that are counted. All times
 * are `recordedAt` in ms. Steps return whether something is complete; what is under way is replaced, never changed
 * in place, since the marks before this signal may still be wanted.
 */
export class Holds {
  private changed: Pending[] | undefined;

  constructor(private readonly before: readonly Pending[]) {}

  get pending(): readonly Pending[] {
    return this.changed ?? this.before;
  }

  get isEmpty(): boolean {
    return this.pending.length === 0;
  }

  /** @returns when the breach began, once it opens an alert. */
  breach({ rule, timing }: Verdict, at: number): number | undefined {
    const { forMs, repeatTimes, repeatWithinMs, maxGapMs } = timing ?? AT_ONCE;
    if (repeatTimes > 1) return this.counted({ rule, toward: 'count' }, at, repeatTimes, repeatWithinMs);
    if (forMs === 0) return at;
    return this.held({ rule, toward: 'open' }, at, forMs, maxGapMs);
  }

  /** @returns whether it clears an open alert. */
  normal({ rule, timing }: Verdict, at: number): boolean {
    const { clearForMs, maxGapMs } = timing ?? AT_ONCE;
    if (clearForMs === 0) {
      this.end(rule, 'clear');
      return true;
    }
    return this.held({ rule, toward: 'clear' }, at, clearForMs, maxGapMs) !== undefined;
  }

  /**
   * A breach that came after newer ones. Late readings show a duration only among themselves, one after the other
   * and no gap above `maxGap` between them: nobody knows what the ones in between said. Breaches are counted
   * wherever they stand.
   *
   * @returns whether it is an alert.
   */
  lateBreach({ rule, timing }: Verdict, at: number): boolean {
    const { forMs, repeatTimes, repeatWithinMs, maxGapMs } = timing ?? AT_ONCE;
    if (repeatTimes > 1)
      return this.counted({ rule, toward: 'late-count' }, at, repeatTimes, repeatWithinMs) !== undefined;
    if (forMs === 0) return true;
    if (maxGapMs === null) return false;
    const hold = this.find(rule, 'late-open');
    const since = hold && continues(hold, at, maxGapMs) ? (hold.at[0] ?? at) : at;
    const told = since !== at && hold?.told === true;
    const complete = at - since >= forMs;
    this.put({ rule, toward: 'late-open', at: [since, at], ...((told || complete) && { told: true }) });
    return complete && !told;
  }

  end(rule: string, ...toward: Pending['toward'][]): void {
    if (this.pending.some((one) => one.rule === rule && toward.includes(one.toward)))
      this.changed = this.pending.filter((one) => one.rule !== rule || !toward.includes(one.toward));
  }

  private held(of: Of, at: number, durationMs: number, maxGapMs: number | null): number | undefined {
    const hold = this.find(of.rule, of.toward);
    const since = hold && continues(hold, at, maxGapMs) ? (hold.at[0] ?? at) : at;
    if (at - since >= durationMs) {
      this.end(of.rule, of.toward);
      return since;
    }
    this.put({ ...of, at: [since, at] });
    return undefined;
  }

  private counted(of: Of, at: number, times: number, withinMs: number): number | undefined {
    const before = this.find(of.rule, of.toward)?.at ?? [];
    const all = [...before.filter((one) => one <= at && at - one <= withinMs), at];
    if (all.length >= times) {
      this.end(of.rule, of.toward);
      return all[0];
    }
    this.put({ ...of, at: all });
    return undefined;
  }

  private find(rule: string, toward: Pending['toward']): Pending | undefined {
    return this.pending.find((one) => one.rule === rule && one.toward === toward);
  }

  private put(next: Pending): void {
    const others = this.pending.filter((one) => one.rule !== next.rule || one.toward !== next.toward);
    this.changed = [...others, next];
  }
}

type Of = Pick<Pending, 'rule' | 'toward'>;

function continues({ at: [, last = Number.NaN] }: Pending, at: number, maxGapMs: number | null): boolean {
  return at >= last && (maxGapMs === null || at - last <= maxGapMs);
}
