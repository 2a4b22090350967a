import { type Device, type DeviceStatus, isGood } from '@navora/devices';
import { Command, Option } from 'commander';
import { newestLines } from './connection-lines.js';
import { deviceJson, deviceLine, DEVICES_HEAD, deviceStory, goodUntil } from './devices-lines.js';
import { withDevices } from './devices-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { parseDuration } from './time-argument.js';

interface ListFlags {
  status?: DeviceStatus;
  group?: string;
  expiring?: number;
  json?: boolean;
  stack: string;
}

const SHOWN_CONNECTIONS = 10;
const WARN_BEFORE_MS = 30 * 24 * 3600_000;

export function listCommand(): Command {
  return looking('list', 'registered devices, and until when each may connect')
    .addOption(new Option('--status <status>').choices(['active', 'disabled', 'revoked']))
    .option('--group <name>', 'of one group')
    .option(
      '--expiring <duration>',
      'active ones whose last certificate ends within it, such as 30d',
      parseDuration,
    )
    .option('--json', 'a JSON object a line; the count goes to stderr')
    .action(
      orSayWhy(async ({ status, group, expiring, json, stack }: ListFlags) => {
        const devices = await all(stack);
        const chosen = devices.filter(
          (device) =>
            (status === undefined || device.status === status) &&
            (group === undefined || device.group === group) &&
            (expiring === undefined || endsWithin(device, expiring)),
        );
        if (!json && chosen.length > 0) console.log(DEVICES_HEAD);
        for (const device of chosen) console.log(json ? deviceJson(device) : deviceLine(device));
        const say = json ? console.error : console.log;
        say(`${chosen.length} of ${devices.length} devices`);
        if (expiring === undefined) warnOfEnds(devices, say);
      }),
    );
}

export function showCommand(): Command {
  return looking('show', 'one device: its certificates, who did what about it, and its last connections')
    .argument('<vehicle-id>')
    .option('--json', 'for programs')
    .action(
      orSayWhy(async (vehicleId: string, { json, stack }: { json?: boolean; stack: string }) => {
        const { device, connections } = await withDevices(stack, async ({ store, connections }) => ({
          device: await store.read(vehicleId),
          connections: await connections.of(vehicleId, new Date(0), SHOWN_CONNECTIONS),
        }));
        if (!device) throw new CommandFailure(`${vehicleId} is not registered`);
        console.log(
          json
            ? deviceJson(device, connections)
            : [deviceStory(device), ...newestLines(connections)].join('\n'),
        );
      }),
    );
}

/** To be run every day: an overlap ends by its date, but only who has the key can put that on the list. */
export function dueCommand(): Command {
  return looking(
    'due',
    'revoke certificates whose overlap is over, and warn of those that end soon; run it daily',
  )
    .option('--within <duration>', 'what is soon', parseDuration, WARN_BEFORE_MS)
    .action(
      orSayWhy(async ({ within, stack }: { within: number; stack: string }) => {
        const revoked = await withDevices(stack, async ({ registration }) =>
          (await registration()).publish(),
        );
        console.log(`${revoked} certificates are on the list of revoked ones`);
        const ending = (await all(stack)).filter((device) => endsWithin(device, within));
        if (ending.length > 0) console.log(`\n${DEVICES_HEAD}`);
        for (const device of ending) console.log(deviceLine(device));
        console.log(`${ending.length} devices are active and soon without a certificate`);
      }),
    );
}

function looking(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default');
}

async function all(stack: string): Promise<Device[]> {
  const devices = await withDevices(stack, async ({ store }) => {
    const found: Device[] = [];
    for await (const device of store.all()) found.push(device);
    return found;
  });
  return devices.sort((one, other) => (one.vehicleId < other.vehicleId ? -1 : 1));
}

function endsWithin(device: Device, ms: number): boolean {
  if (device.status !== 'active') return false;
  const until = goodUntil(device);
  return until === undefined || until.getTime() < Date.now() + ms;
}

function warnOfEnds(devices: Device[], say: (line: string) => void): void {
  const without = devices.filter(
    (device) => device.status === 'active' && !device.certificates.some((one) => isGood(device, one)),
  ).length;
  const soon = devices.filter((device) => endsWithin(device, WARN_BEFORE_MS)).length - without;
  if (without > 0) say(`warning: ${without} active devices have no certificate that is good`);
  if (soon > 0)
    say(`warning: ${soon} active devices are without one within 30 days (--expiring 30d lists them)`);
}
