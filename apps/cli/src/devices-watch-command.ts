import { createLogger } from '@navora/runtime';
import { Command } from 'commander';
import { openBrokerWatch, reloadOfStack } from './device-watch.js';
import { orSayWhy } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { parseDuration } from './time-argument.js';
import { commandEnvironment } from './workspace.js';

interface WatchFlags {
  every: number;
  reload?: string;
  once?: boolean;
  stack: string;
}

export function watchCommand(): Command {
  return new Command('watch')
    .description(
      'beside a broker: keep its list of revoked certificates at the newest, disconnect those on it, and record who comes and goes',
    )
    .option('--every <duration>', 'how often to look for a new list', parseDuration, 10_000)
    .option(
      '--reload <command>',
      "makes the broker read its files again (default: a signal to the local stack's)",
    )
    .option('--once', 'look for a new list once, and end')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(orSayWhy(watch));
}

async function watch({ every, reload, once, stack }: WatchFlags): Promise<void> {
  const how = reload === undefined ? reloadOfStack(stack) : { command: reload };
  const log = createLogger('devices-watch', 'info');
  const { revocations, run, close } = openBrokerWatch(commandEnvironment(stack), how, log);
  try {
    if (!once) return await run(every, onInterrupt());
    const number = await revocations.look();
    console.log(
      number === 0 ? 'nothing was ever revoked' : `list ${number} of revoked certificates is in force`,
    );
  } finally {
    await close();
  }
}
