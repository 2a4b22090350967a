import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { FENCE_AHEAD_MS, MOVE_FENCE_WITHIN_MS, SEEN_BY_ALL_MS } from '@navora/erasure';
import { Command } from 'commander';
import { requireVehicleId } from './alert-reference.js';
import { ErasureRun, StillWritten, type Outcome, type Progress, type Timing } from './erasure-run.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { copiesUntil } from './kafka-copies.js';
import { copiesText, erasureJson, foundText } from './vehicles-lines.js';
import { withVehicles, type VehicleServices } from './vehicles-services.js';
import { defaultBy } from './who.js';

interface Flags {
  by: string;
  comment?: string;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
  stack: string;
}

/** By which fences are real; tests that know what is under way wait less. */
const TIMING: Timing = {
  aheadMs: FENCE_AHEAD_MS,
  moveWithinMs: MOVE_FENCE_WITHIN_MS,
  seenByAllMs: SEEN_BY_ALL_MS,
};

const WHAT_IT_DOES = `
What goes: the readings, the latest state, the alerts with their history, what people did about them, and what they
were or are to be told of them. What the vehicle sends while this runs, and for a minute and a half more, goes too.
What is received later is kept: to keep the vehicle out, revoke its certificate (navora devices revoke).

What stays: that it was erased, when and by whom (navora vehicles erasures); the device in the registry; and, until
their time is up, the copies in Kafka, which nothing reads back into the tables any more. docs/erasure.md says why,
and what of Cassandra's files and of backups is for you to see to.

It may be broken off and run again. Exit code: 0 when nothing is left.`;

export function eraseCommand(): Command {
  return new Command('erase')
    .description("removes a vehicle's personal data, and keeps it from coming back")
    .argument('<vehicle>', 'the vehicle id')
    .option('--by <who>', 'who asks for it, for the record', defaultBy())
    .option('--comment <text>', 'why, for the record')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be removed, and change nothing')
    .option('--json', 'for programs; progress goes to stderr')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .addHelpText('after', WHAT_IT_DOES)
    .action(orSayWhy(erase));
}

async function erase(vehicleId: string, flags: Flags): Promise<void> {
  requireVehicleId(vehicleId);
  if (flags.dryRun) return withVehicles(flags.stack, (services) => wouldErase(vehicleId, flags, services));
  if (!flags.yes) await confirm(vehicleId);
  const signal = onInterrupt();
  await withVehicles(flags.stack, async (services) => {
    const say = flags.json ? console.error : console.log;
    const admin = await services.admin();
    const run = new ErasureRun({
      erasures: services.erasures,
      remains: await services.remains(),
      copiesUntil: (erasedAt) => copiesUntil(admin, erasedAt),
      timing: TIMING,
      progress: spoken(say),
      pause: (ms) => pause(ms),
      now: Date.now,
      signal,
    });
    const outcome = await run.erase({ vehicleId, by: flags.by, comment: flags.comment }).catch(plainly);
    report(outcome, flags.json === true, say);
    await saysOfTheDevice(vehicleId, services, say);
  });
}

async function wouldErase(vehicleId: string, { json }: Flags, services: VehicleServices): Promise<void> {
  const now = Date.now();
  const remains = await services.remains();
  const found = await remains.look({ vehicleId, erasedAt: now + FENCE_AHEAD_MS, requestedAt: now }, false);
  if (json) console.log(JSON.stringify({ vehicleId, found }));
  else console.log(`would be removed: ${foundText(found)}`);
}

function report({ erasure, removed, looks, kafkaUntil }: Outcome, json: boolean, say: typeof console.log) {
  const isDone = erasure.state === 'erased';
  if (json) {
    const until = Object.fromEntries(
      Object.entries(kafkaUntil).map(([topic, at]) => [
        topic,
        at === null ? null : new Date(at).toISOString(),
      ]),
    );
    console.log(JSON.stringify({ ...erasureJson(erasure), removedNow: removed, looks, kafkaUntil: until }));
  }
  if (!isDone) {
    throw new CommandFailure(
      `another run is erasing ${erasure.vehicleId}, and has moved its fence on: it will complete it`,
    );
  }
  say(`removed: ${foundText(removed)}; looked again: nothing is left`);
  say('Kafka holds copies, which nothing reads back into the tables:');
  for (const line of copiesText(kafkaUntil)) say(line);
  say(
    `${erasure.vehicleId} is erased: what was received until ${new Date(erasure.erasedAt).toISOString()} is gone, and what comes later is kept`,
  );
}

async function saysOfTheDevice(vehicleId: string, { devices }: VehicleServices, say: typeof console.log) {
  const device = await devices.read(vehicleId).catch(() => undefined);
  if (!device) return;
  say(`its certificate is as it was: \`navora devices revoke ${vehicleId}\` keeps it out`);
  if (device.driver)
    say(
      `the registry still has its driver's address: \`navora devices set ${vehicleId} --driver ''\` clears it`,
    );
}

function spoken(say: typeof console.log): Progress {
  let waits = false;
  return {
    fence: ({ erasedAt }, resumed) => {
      const what = resumed ? 'goes on with what was begun before; ' : '';
      say(`${what}fence written: what is received until ${new Date(erasedAt).toISOString()} is erased`);
      waits = false;
    },
    waiting: (ms) => {
      if (!waits) say(`waiting ${Math.ceil(ms / 1000)} s until every service has seen it`);
      waits = true;
    },
    looked: (found, look) => say(`look ${look}: found and removed ${foundText(found)}`),
  };
}

async function confirm(vehicleId: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandFailure(`to erase ${vehicleId}, for good, say --yes; nothing was done`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Erase all that is stored of ${vehicleId}, for good? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('nothing was done');
  } finally {
    terminal.close();
  }
}

function plainly(error: unknown): never {
  if (error instanceof StillWritten) throw new CommandFailure(error.message);
  throw error;
}
