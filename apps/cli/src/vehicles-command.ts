import { Command } from 'commander';
import { orSayWhy } from './failure.js';
import { eraseCommand } from './vehicles-erase-command.js';
import { ERASURES_HEAD, erasureJson, erasureLine } from './vehicles-lines.js';
import { withVehicles } from './vehicles-services.js';
import { sweepCommand } from './vehicles-sweep-command.js';

/** `navora vehicles`: forgetting them. */
export function vehiclesCommand(): Command {
  return new Command('vehicles')
    .description("a vehicle's personal data: erase it, list what was erased, look again")
    .addCommand(eraseCommand())
    .addCommand(erasuresCommand())
    .addCommand(sweepCommand());
}

function erasuresCommand(): Command {
  return new Command('erasures')
    .description('who was erased, when, why and by whom, and until when Kafka holds copies')
    .option('--json', 'a JSON object a line')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(
      orSayWhy(async ({ json, stack }: { json?: boolean; stack: string }) => {
        const all = await withVehicles(stack, ({ erasures }) => erasures.list());
        all.sort((one, other) => one.requestedAt - other.requestedAt);
        if (!json && all.length > 0) console.log(ERASURES_HEAD);
        for (const one of all) console.log(json ? JSON.stringify(erasureJson(one)) : erasureLine(one));
        if (!json && all.length === 0) console.log('no vehicle was ever erased');
      }),
    );
}
