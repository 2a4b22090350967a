import { createCassandra } from '@navora/cassandra';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { isVehicleId, parseMessageId } from '@navora/schemas';
import { errors } from 'cassandra-driver';
import { Command } from 'commander';
import { alertStory, alertTable } from './alert-lines.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { StoredAlerts, type StoredAlert } from './stored-alerts.js';
import { commandEnvironment } from './workspace.js';

interface ListFlags {
  vehicle?: string;
  day?: string;
  open?: boolean;
  json?: boolean;
  limit: string;
  stack: string;
}

interface ShowFlags {
  vehicle?: string;
  json?: boolean;
  stack: string;
}

/** `navora alerts`: what the alerts app has raised. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('the alerts of the fleet: list, show')
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return withStack(new Command('list'))
    .description('all open alerts; or those of a vehicle, or of a day, newest first')
    .option('--vehicle <id>', 'the alerts of this vehicle, cleared ones too')
    .option('--day <YYYY-MM-DD>', 'the alerts that opened on this day (UTC), cleared ones too')
    .option('--open', 'only what is open')
    .option('--limit <n>', 'at most so many, the newest', '100')
    .action(orSayWhy(list));
}

function showCommand(): Command {
  return withStack(new Command('show'))
    .description('one alert and its history')
    .argument('<alert>', 'VEHICLE/ALERT_ID, or the alert id alone with --vehicle')
    .option('--vehicle <id>', 'the vehicle the alert is of')
    .action(orSayWhy(show));
}

function withStack(command: Command): Command {
  return command
    .option('--json', 'for programs')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default');
}

async function list(flags: ListFlags): Promise<void> {
  const { vehicle, day } = flags;
  if (vehicle !== undefined) requireVehicleId(vehicle);
  if (day !== undefined) requireDay(day);
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new CommandFailure(`--limit must be a whole number above 0, not "${flags.limit}"`);

  const found = await withAlerts(flags.stack, async (alerts) => {
    if (day !== undefined) return alerts.ofDay(day);
    return vehicle === undefined || flags.open ? alerts.open(vehicle) : alerts.ofVehicle(vehicle);
  });
  const wanted = found
    .filter((alert) => vehicle === undefined || alert.vehicleId === vehicle)
    .filter((alert) => !flags.open || alert.status === 'open')
    .sort(newestFirst);
  const shown = wanted.slice(0, limit);
  if (flags.json) console.log(JSON.stringify(shown, null, 1));
  else if (shown.length === 0) console.log(nothingFound(flags));
  else console.log(alertTable(shown));
  if (!flags.json && wanted.length > shown.length)
    console.log(`the newest ${shown.length} of ${wanted.length}; --limit shows more`);
}

async function show(reference: string, flags: ShowFlags): Promise<void> {
  const [before, after] = reference.split('/');
  const vehicle = flags.vehicle ?? (after === undefined ? undefined : before);
  const id = parseMessageId(after ?? before ?? '');
  if (id === undefined)
    throw new CommandFailure(`"${reference}" is no alert: an alert id is a UUID, as \`alerts list\` shows`);
  if (vehicle === undefined) {
    throw new CommandFailure(
      `alerts are kept by vehicle: name it too, as VEHICLE/${id} or with --vehicle VEHICLE`,
    );
  }
  requireVehicleId(vehicle);
  const found = await withAlerts(flags.stack, (alerts) => alerts.one(vehicle, id));
  if (!found) throw new CommandFailure(`vehicle ${vehicle} has no alert ${id}`);
  if (flags.json) console.log(JSON.stringify([{ ...found.alert, history: found.history }], null, 1));
  else console.log(alertStory(found.alert, found.history));
}

async function withAlerts<T>(stack: string, ask: (alerts: StoredAlerts) => Promise<T>): Promise<T> {
  const configuration = readConfiguration(cassandraSettings, commandEnvironment(stack));
  const client = createCassandra(configuration, createLogger('alerts', 'silent'));
  try {
    await client.connect();
    return await ask(new StoredAlerts(client, configuration.cassandraKeyspace));
  } catch (error) {
    if (error instanceof errors.ResponseError && /unconfigured table|does not exist/i.test(error.message)) {
      throw new CommandFailure(
        `keyspace ${configuration.cassandraKeyspace} has no alerts yet: run \`navora migrate\` first`,
      );
    }
    if (error instanceof errors.NoHostAvailableError) {
      const at = configuration.cassandraContactPoints.join(', ');
      throw new CommandFailure(
        `Cassandra at ${at}, port ${configuration.cassandraPort}, did not answer: is the stack up? (\`npx navora stack status\`)`,
      );
    }
    throw error;
  } finally {
    await client.shutdown();
  }
}

function requireVehicleId(vehicle: string): void {
  if (!isVehicleId(vehicle))
    throw new CommandFailure(`"${vehicle}" is no vehicle id: 1 to 64 letters, digits, _ and -`);
}

/** A date that a calendar has: not the 31st of a month of 30 days. */
function requireDay(day: string): void {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(day))
    throw new CommandFailure(`"${day}" is no day: write it as YYYY-MM-DD, such as 2026-11-22`);
}

function newestFirst(one: StoredAlert, other: StoredAlert): number {
  return other.openedAt < one.openedAt ? -1 : other.openedAt > one.openedAt ? 1 : 0;
}

function nothingFound({ vehicle, day, open }: ListFlags): string {
  const openOnes = open || (vehicle === undefined && day === undefined) ? 'open ' : '';
  const of = vehicle === undefined ? '' : ` of ${vehicle}`;
  return `no ${openOnes}alerts${of}${day === undefined ? '' : ` on ${day}`}`;
}
