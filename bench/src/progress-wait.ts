import { setTimeout as pause } from 'node:timers/promises';

/** A side that did nothing any more, though there was more to do. */
export class NoProgress extends Error {
  override name = 'NoProgress';
}

const STANDSTILL_MS = 60_000;

/** Asks until it is done; gives up only when `progress` has not changed for a minute. @throws NoProgress */
export async function untilDone(
  what: string,
  ask: () => Promise<boolean>,
  options: { everyMs: number; signal: AbortSignal; progress?: () => Promise<number> },
): Promise<void> {
  let seen = Number.NaN;
  let changedAt = performance.now();
  let askedAt = 0;
  while (!(await ask())) {
    options.signal.throwIfAborted();
    if (performance.now() - askedAt > 5000) {
      askedAt = performance.now();
      const progress = (await options.progress?.()) ?? 0;
      if (progress !== seen) [seen, changedAt] = [progress, performance.now()];
      else if (performance.now() - changedAt > STANDSTILL_MS) {
        throw new NoProgress(`${what}: nothing for ${STANDSTILL_MS / 1000} s, at ${seen}`);
      }
    }
    await pause(options.everyMs);
  }
}
