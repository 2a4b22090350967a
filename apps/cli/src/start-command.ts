import { Command } from 'commander';
import { orSayWhy } from './failure.js';
import { startEverything, type StartOptions } from './start.js';
import { parseDuration } from './time-argument.js';
import { aboveZero, wholeNumber } from './number-argument.js';

export function startCommand(): Command {
  return new Command('start')
    .description(
      'the local stack, the three services and a fleet, with a live view; with --for it ends with an audit',
    )
    .option(
      '--for <duration>',
      'how long the fleet drives, such as 60s or 5m; then audit, stop, and say so by the exit code',
      parseDuration,
    )
    .option('--vehicles <n>', 'how many', wholeNumber, 1000)
    .option('--rate <n>', 'messages a second, of all vehicles together', aboveZero, 1000)
    .option('--seed <n>', 'the same seed makes the same vehicles, routes and troubles', wholeNumber, 1)
    .option('--stack <name>', 'which local stack', 'default')
    .option('--no-tls', 'vehicles and bridge in plain text, without certificates')
    .option('--keep-stack', 'leave Kafka, Cassandra, the registry and the MQTT broker running at the end')
    .action(
      orSayWhy(async (options: StartOptions) => {
        process.exitCode = await startEverything(options);
      }),
    );
}
