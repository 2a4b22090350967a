import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from './logging.js';

export interface Backoff {
  /** The first pause; each further one is twice as long. */
  firstMs: number;
  /** No pause is longer. */
  maxMs: number;
}

/** A pause of 50-100 % of what the attempt is due, so that many who failed together do not return together. */
export function backoffMs(
  { firstMs, maxMs }: Backoff,
  attempt: number,
  random: () => number = Math.random,
): number {
  const due = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return due / 2 + (random() * due) / 2;
}

export interface RetryOptions extends Backoff {
  /** Ends the waiting; the last error is thrown. */
  signal?: AbortSignal;
  /** Called before each pause. */
  onRetry?: (error: unknown, attempt: number) => void;
  /** Errors that no waiting mends are thrown at once. */
  isTransient?: (error: unknown) => boolean;
}

/** Runs `action` until it succeeds. For idempotent actions only. */
export async function retryForever<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (options.signal?.aborted || options.isTransient?.(error) === false) throw error;
      options.onRetry?.(error, attempt);
      await pause(backoffMs(options, attempt), undefined, { signal: options.signal }).catch(() => {
        throw error;
      });
    }
  }
}

/**
 * Waits at boot for a service we depend on: says so in the log at each attempt, for as long as it takes. What
 * no waiting mends (`isFinal`) is thrown.
 */
export function untilItAnswers<T>(
  log: Logger,
  what: string,
  ask: () => Promise<T>,
  isFinal: (error: unknown) => boolean,
  onError?: (error: unknown) => void,
): Promise<T> {
  return retryForever(ask, {
    firstMs: 200,
    maxMs: 5000,
    isTransient: (error) => !isFinal(error),
    onRetry: (error, attempt) => {
      onError?.(error);
      log.warn({ waitingFor: what, attempt, ...errorFields(error) }, 'waiting_for_service');
    },
  });
}
