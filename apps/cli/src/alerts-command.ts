import { Command } from 'commander';
import type { AlertActions } from './alert-actions.js';
import { alertStory, alertTable, type CaredAlert } from './alert-lines.js';
import { alertKeyOf, requireVehicleId, unknownAlert } from './alert-reference.js';
import { acknowledgeCommand, assignCommand, commentCommand } from './alerts-people-commands.js';
import { withAlerts } from './alerts-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import type { StoredAlert } from './stored-alerts.js';

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

/** `navora alerts`: what the alerts app has raised, and what people do about it. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('the alerts of the fleet: list, show; acknowledge, assign, comment')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(acknowledgeCommand())
    .addCommand(assignCommand())
    .addCommand(commentCommand());
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
    .description('one alert: its history, who did what about it, and who was told')
    .argument('<alert>', 'VEHICLE/ALERT_ID, or the alert id alone with --vehicle')
    .option('--vehicle <id>', 'the vehicle the alert is of')
    .action(orSayWhy(show));
}

/** So many at once are asked about. */
const LOOK_UPS_AT_ONCE = 32;

async function withCare(alerts: readonly StoredAlert[], actions: AlertActions): Promise<CaredAlert[]> {
  const cared: CaredAlert[] = [];
  for (let at = 0; at < alerts.length; at += LOOK_UPS_AT_ONCE) {
    const some = alerts.slice(at, at + LOOK_UPS_AT_ONCE).map(async (alert) => {
      const care = await actions.careOf({ vehicleId: alert.vehicleId, alertId: alert.id });
      return { ...alert, ...care };
    });
    cared.push(...(await Promise.all(some)));
  }
  return cared;
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

  const { shown, wanted } = await withAlerts(flags.stack, async ({ alerts, actions }) => {
    const found =
      day !== undefined
        ? await alerts.ofDay(day)
        : await (vehicle === undefined || flags.open ? alerts.open(vehicle) : alerts.ofVehicle(vehicle));
    const wanted = found
      .filter((alert) => vehicle === undefined || alert.vehicleId === vehicle)
      .filter((alert) => !flags.open || alert.status === 'open')
      .sort(newestFirst);
    return { wanted, shown: await withCare(wanted.slice(0, limit), actions) };
  });
  if (flags.json) console.log(JSON.stringify(shown, null, 1));
  else if (shown.length === 0) console.log(nothingFound(flags));
  else console.log(alertTable(shown));
  if (!flags.json && wanted.length > shown.length)
    console.log(`the newest ${shown.length} of ${wanted.length}; --limit shows more`);
}

async function show(reference: string, flags: ShowFlags): Promise<void> {
  const key = alertKeyOf(reference, flags.vehicle);
  const { alert, ...story } = await withAlerts(flags.stack, async ({ alerts, actions }) => {
    const found = await alerts.one(key.vehicleId, key.alertId);
    if (!found) throw unknownAlert(key);
    const [care, done] = await Promise.all([actions.careOf(key), actions.ofAlert(key)]);
    return { ...found, alert: { ...found.alert, ...care }, actions: done };
  });
  if (flags.json) console.log(JSON.stringify([{ ...alert, ...story }], null, 1));
  else console.log(alertStory(alert, story));
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
