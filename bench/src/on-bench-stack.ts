import { upBenchStack, type BenchStack, type BenchStackOptions } from './bench-stack.js';
import { THREADS } from './cassandra-threads.js';

export interface Frame {
  /** Aborted at Ctrl-C and at SIGTERM. */
  signal: AbortSignal;
  tell(line: string): void;
}

type Services = Pick<BenchStackOptions, 'name' | 'commitLog'> &
  Partial<Pick<BenchStackOptions, 'cassandraSettings'>>;

/**
 * What all programs that measure have around them: services are started, and stopped whatever happens.
 *
 * @returns undefined when it was interrupted, with exit code 130
 */
export async function onBenchStack<T>(
  { cassandraSettings = THREADS, ...services }: Services,
  measure: (stack: BenchStack, frame: Frame) => Promise<T>,
): Promise<T | undefined> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
  const tell = (line: string) => console.log(line);
  try {
    const stack = await upBenchStack({
      ...{ ...services, cassandraSettings, signal: interrupt.signal, onStep: tell },
      onProgress: ({ component, message, seconds }) =>
        tell(`${component} ${message} (${seconds.toFixed(1)} s)`),
    });
    try {
      return await measure(stack, { signal: interrupt.signal, tell });
    } finally {
      await stack.close();
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = 130;
    return undefined;
  }
}
