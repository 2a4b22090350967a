import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from './stack-error.js';

/** Asks again and again until the question no longer rejects; its last answer is in the error once time is up. */
export async function waitUntil(
  what: string,
  ask: () => Promise<unknown>,
  { withinMs, signal }: { withinMs: number; signal?: AbortSignal },
): Promise<void> {
  const begun = performance.now();
  let answer = 'no answer';
  while (performance.now() - begun < withinMs) {
    signal?.throwIfAborted();
    try {
      await ask();
      return;
    } catch (error) {
      answer = error instanceof Error ? error.message : String(error);
    }
    await pause(150);
  }
  throw new StackError(`${what} did not happen within ${withinMs / 1_000} s (${answer}).`);
}
