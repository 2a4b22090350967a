import { createCassandra, type CassandraClient } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { isVehicleId } from '@navora/schemas';
import { Command, Option } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import { Backtest, type RuleTally } from './rules-backtest.js';
import { layoutOf, readingsOf, readingsOfShard, type StoredReading } from './stored-readings.js';
import { parseTime } from './time-argument.js';
import { commandEnvironment } from './workspace.js';

interface Flags {
  from: number;
  to?: number;
  vehicle?: string;
  json?: boolean;
  stack: string;
}

const DAY_MS = 86_400_000;

export function backtestCommand(): Command {
  return new Command('backtest')
    .description(
      'what the rules of a file would have raised on the stored readings, in the order of their times',
    )
    .argument('<file>', 'the rules file')
    .addOption(
      new Option('--from <time>', 'ISO 8601, or how long ago: 90s, 30m, 2h, 7d')
        .argParser(parseTime)
        .default(Date.now() - DAY_MS, 'a day ago'),
    )
    .option('--to <time>', 'likewise (default: now)', parseTime)
    .option('--vehicle <id>', 'only this vehicle (default: all)')
    .option('--json', 'every alert, for programs')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(orSayWhy(backtest));
}

async function backtest(file: string, flags: Flags): Promise<void> {
  const { vehicle, from, to = Date.now() } = flags;
  if (vehicle !== undefined && !isVehicleId(vehicle))
    throw new CommandFailure(`"${vehicle}" is no vehicle id: 1 to 64 letters, digits, _ and -`);
  if (to < from) throw new CommandFailure('--to must not be before --from');
  const made = new Backtest(file);
  const configuration = readConfiguration(cassandraSettings, commandEnvironment(flags.stack), 'operator');
  const client = createCassandra(configuration, createLogger('backtest', 'silent'));
  try {
    await client.connect();
    for await (const some of readingsByVehicles(client, configuration.cassandraKeyspace, from, to, vehicle))
      made.take(some);
  } finally {
    await client.shutdown();
  }
  if (flags.json) console.log(JSON.stringify(made.alerts.map(withTimes), null, 1));
  else console.log(linesOf(made).join('\n'));
}

/** All readings of some vehicles at a time: those of a shard, so that memory holds no more than one. */
async function* readingsByVehicles(
  client: CassandraClient,
  keyspace: string,
  from: number,
  to: number,
  vehicle: string | undefined,
): AsyncGenerator<StoredReading[]> {
  if (vehicle !== undefined) {
    yield await listed(readingsOf(client, keyspace, vehicle, from, to));
    return;
  }
  const { shardCount, bucketMs } = await layoutOf(client, keyspace);
  for (let shard = 0; shard < shardCount; shard++)
    yield await listed(readingsOfShard(client, keyspace, shard, { from, to, bucketMs }));
}

async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

function linesOf(made: Backtest): string[] {
  return [...made.tally().map(tallyLine), `${made.readings} readings, ${made.alerts.length} alerts`];
}

function tallyLine({ rule, alerts, vehicles, open }: RuleTally): string {
  if (alerts === 0) return `${rule}: nothing`;
  const still = open > 0 ? `, ${open} not cleared by the end` : '';
  return `${rule}: ${alerts} alerts of ${vehicles} vehicles${still}`;
}

function withTimes(alert: Backtest['alerts'][number]): object {
  const times = (['openedAt', 'clearedAt', 'reopenedAt'] as const).flatMap((name) => {
    const at = alert[name];
    return at === undefined ? [] : [[name, new Date(at).toISOString()]];
  });
  return { ...alert, ...Object.fromEntries(times) };
}
