import { setTimeout as pause } from 'node:timers/promises';
import { errors } from 'cassandra-driver';
import { classifyStoreError } from '@navora/cassandra';
import { backoffMs, errorFields, type Logger } from '@navora/runtime';

/** The group has met again: the work belongs to the partition's next owner, who gets its records again. */
export class EpochEnded extends Error {
  override name = 'EpochEnded';
}

/** As long as this is true, the work is ours. */
export interface Held {
  readonly held: boolean;
}

/** Pauses of 100-200 ms, then longer, up to 1-2 s: repeated at once, contending writers only hinder each other. */
const PAUSES = { firstMs: 200, maxMs: 2000 };

/** Repeats what an outage interrupts. It has no deadline: nothing is committed meanwhile, so nothing is lost. */
export class Persistence {
  private failing = 0;
  private readonly failed = new Set<string>();

  constructor(
    private readonly log: Logger,
    private readonly sleep: (ms: number) => Promise<unknown> = pause,
    private readonly onError: (error: unknown, what: string) => void = () => undefined,
  ) {}

  /** False while something fails and is repeated. */
  get healthy(): boolean {
    return this.failing === 0 && this.failed.size === 0;
  }

  /** Runs an operation once: its caller comes again. */
  async once<T>(what: string, operation: () => Promise<T>): Promise<T> {
    try {
      const result = await operation();
      this.failed.delete(what);
      return result;
    } catch (error) {
      this.failed.add(what);
      this.onError(error, what);
      this.log.warn({ what, ...errorFields(error) }, 'operation_failed');
      throw error;
    }
  }

  /**
   * Runs an operation until it succeeds, also when the outcome of an attempt is unknown: it must be one that may
   * be repeated.
   *
   * @throws EpochEnded instead of any attempt in an ended epoch; errors that no waiting mends as they are.
   */
  async untilDone<T>(what: string, assignment: Held, operation: () => Promise<T>): Promise<T> {
    let failed = false;
    try {
      for (let attempt = 0; ; attempt++) {
        if (!assignment.held) throw new EpochEnded(`${what}: the partition is no longer ours`);
        try {
          return await operation();
        } catch (error) {
          const kind = classifyStoreError(error);
          this.onError(error, what);
          if (kind === 'invalid' || kind === 'bug') throw error;
          if (!failed) this.failing++;
          failed = true;
          this.log.warn({ what, attempt, kind, ...errorFields(error) }, 'operation_repeated');
          await this.sleep(backoffMs(PAUSES, attempt));
        }
      }
    } finally {
      if (failed) this.failing--;
    }
  }
}

/**
 * The store's own answer that it will never take this. What the driver throws while encoding is not one: signals
 * are checked before, so that would be our bug, and no reason to give a signal up.
 */
export function isRefused(error: unknown): boolean {
  return error instanceof errors.ResponseError && classifyStoreError(error) === 'invalid';
}
