import { Command } from 'commander';
import { CONNECTIONS_HEAD, connectionLine } from './connection-lines.js';
import { withDevices } from './devices-services.js';
import { orSayWhy } from './failure.js';
import { aboveZero } from './number-argument.js';
import { parseTime } from './time-argument.js';

interface ConnectionsFlags {
  from?: number;
  limit: number;
  json?: boolean;
  stack: string;
}

const DAY_MS = 24 * 3600_000;

export function connectionsCommand(): Command {
  return new Command('connections')
    .description('when vehicles came, went and were taken over at the broker, and why; newest first')
    .argument('[vehicle-id]', 'all when left out')
    .option('--from <time>', 'no earlier, such as 2026-11-22 or 2h ago (default: a day ago)', parseTime)
    .option('--limit <n>', 'at most so many', aboveZero, 100)
    .option('--json', 'a JSON object a line')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(
      orSayWhy(
        async (vehicleId: string | undefined, { from, limit: most, json, stack }: ConnectionsFlags) => {
          const limit = Math.ceil(most);
          const since = new Date(from ?? Date.now() - DAY_MS);
          const changes = await withDevices(stack, ({ connections }) =>
            vehicleId === undefined
              ? connections.newest(since, limit)
              : connections.of(vehicleId, since, limit),
          );
          if (!json && changes.length > 0) console.log(CONNECTIONS_HEAD);
          for (const change of changes) console.log(json ? JSON.stringify(change) : connectionLine(change));
          const say = json ? console.error : console.log;
          say(
            changes.length === limit
              ? `the newest ${limit} since ${since.toISOString()}; more with --limit`
              : `${changes.length} changes since ${since.toISOString()}`,
          );
        },
      ),
    );
}
