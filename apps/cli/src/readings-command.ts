import { createCassandra } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { isVehicleId } from '@navora/schemas';
import { Command, Option } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import { readingsOf, type StoredReading } from './stored-readings.js';
import { parseTime } from './time-argument.js';
import { commandEnvironment } from './workspace.js';

interface Flags {
  from: number;
  to?: number;
  limit: string;
  json?: boolean;
  stack: string;
}

const DAY_MS = 86_400_000;

export function readingsCommand(): Command {
  return new Command('readings')
    .description('the stored readings of a vehicle, in the order of their times')
    .argument('<vehicle>', 'the vehicle id')
    .addOption(
      new Option('--from <time>', 'ISO 8601, or how long ago: 90s, 30m, 2h, 7d')
        .argParser(parseTime)
        .default(Date.now() - DAY_MS, 'a day ago'),
    )
    .option(
      '--to <time>',
      'likewise (default: now, and what is ahead of it by a clock that is wrong)',
      parseTime,
    )
    .option('--limit <n>', 'at most so many, the earliest', '1000')
    .option('--json', 'a JSON array instead of lines')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(orSayWhy(showReadings));
}

async function showReadings(vehicle: string, flags: Flags): Promise<void> {
  if (!isVehicleId(vehicle))
    throw new CommandFailure(`"${vehicle}" is no vehicle id: 1 to 64 letters, digits, _ and -`);
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new CommandFailure(`--limit must be a whole number above 0, not "${flags.limit}"`);
  const to = flags.to ?? Date.now() + DAY_MS;
  if (to < flags.from) throw new CommandFailure('--to must not be before --from');
  const configuration = readConfiguration(cassandraSettings, commandEnvironment(flags.stack), 'operator');
  const client = createCassandra(configuration, createLogger('readings', 'silent'));
  try {
    await client.connect();
    const found: StoredReading[] = [];
    for await (const reading of readingsOf(
      client,
      configuration.cassandraKeyspace,
      vehicle,
      flags.from,
      to,
    )) {
      found.push(reading);
      if (found.length >= limit) break;
    }
    if (flags.json) console.log(JSON.stringify(found, null, 1));
    else printLines(vehicle, found, limit);
  } finally {
    await client.shutdown();
  }
}

function printLines(vehicle: string, readings: StoredReading[], limit: number): void {
  for (const { recordedAt, messageId, vehicleId: _, receivedAt: __, ...measured } of readings) {
    console.log(`${String(recordedAt)}  ${String(messageId)}  ${JSON.stringify(measured)}`);
  }
  if (readings.length === 0)
    console.log(
      `no readings of ${vehicle} in that time (--from reaches back a day unless you say otherwise)`,
    );
  if (readings.length === limit) console.log(`the first ${limit}; --limit shows more`);
}
