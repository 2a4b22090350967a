import { setMaxListeners } from 'node:events';
import { CommandFailure } from './failure.js';

/** The exit code of what Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Ctrl-C, a plain kill, or the end of whoever started us; a second Ctrl-C ends at once. */
export function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  // Each wait of a long run listens; that many are no leak.
  setMaxListeners(0, interrupt.signal);
  const parent = process.ppid;
  const stop = () => {
    if (interrupt.signal.aborted) return;
    console.log('\nstopping; a second Ctrl-C ends at once');
    interrupt.abort(new CommandFailure('interrupted', INTERRUPTED));
  };
  process.on('SIGINT', () => (interrupt.signal.aborted ? process.exit(INTERRUPTED) : stop()));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 1000).unref();
  return interrupt.signal;
}
