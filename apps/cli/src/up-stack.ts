import { type NodeCount, type StackEndpoints, stackStatus, startStack, stopStack } from '@navora/local-stack';
import { progressReporter } from './stack-output.js';

export interface StackWish {
  stack: string;
  /** Of Kafka and of Cassandra each; by default what its data is of, else 1. */
  nodes?: NodeCount | undefined;
  /** Everything over TLS, unless it runs already; by default not. */
  tls?: boolean;
  keepStack?: boolean;
  /** Begin with empty data, unless it runs already. */
  wipe?: boolean;
}

/** Brings the stack up or joins it, and remembers to stop it if it is ours to stop. */
export async function upStack(
  options: StackWish,
  interrupt: AbortSignal,
  stops: (() => Promise<unknown>)[],
  output: NodeJS.WriteStream = process.stdout,
): Promise<StackEndpoints> {
  const stack = { name: options.stack };
  const before = await stackStatus(stack);
  const progress = progressReporter(output);
  try {
    // A stack that was up before us is not ours to stop.
    if (before.state !== 'running' && !options.keepStack) stops.push(() => stopStack(stack));
    const wipe = options.wipe === true && before.state !== 'running';
    return await startStack({
      ...stack,
      wipe,
      nodes: options.nodes,
      ...(before.state === 'running' ? {} : { tls: options.tls ?? false }),
      signal: interrupt,
      onProgress: (event) => progress.show(event),
    });
  } finally {
    progress.end();
  }
}
