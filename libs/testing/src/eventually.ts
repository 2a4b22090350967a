import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for a condition instead of for a time: resolves with what `look` returns once it is neither undefined
 * nor false. The error of a wait that took too long tells what was seen last.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 20_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${withinMs} ms; last seen: ${String(last)}`);
    await pause(everyMs);
  }
}
