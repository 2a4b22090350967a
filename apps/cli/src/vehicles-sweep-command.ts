import type { Erasure, ErasureStore } from '@navora/erasure';
import { Command } from 'commander';
import { requireVehicleId } from './alert-reference.js';
import { present, sumOf, totalOf, type Found, type Remains } from './erased-remains.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { foundText } from './vehicles-lines.js';
import { withVehicles } from './vehicles-services.js';

interface Flags {
  json?: boolean;
  stack: string;
}

const WHY = `
A service that was frozen between its look at the fences and its write, for longer than an erasure takes, may write
one row when it thaws; a replica that missed a deletion and was not repaired in time may bring one back. This looks
for such rows behind all fences, removes them and says so. What was received after a fence is not touched.

Exit code: 0 when nothing was found, 1 when something was (it is removed), or when an erasure is not done yet.`;

const MOST_LOOKS = 10;

export function sweepCommand(): Command {
  return new Command('sweep')
    .description('looks again for what was erased, removes what has come back, and proves that it is gone')
    .argument('[vehicle...]', 'which ones; all that were ever erased, otherwise')
    .option('--json', 'a JSON object a line')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .addHelpText('after', WHY)
    .action(orSayWhy(sweepAll));
}

async function sweepAll(vehicles: string[], { json, stack }: Flags): Promise<void> {
  for (const vehicle of vehicles) requireVehicleId(vehicle);
  await withVehicles(stack, async ({ erasures, remains }) => {
    const all = await erasures.list();
    const unknown = vehicles.filter((vehicle) => !all.some(({ vehicleId }) => vehicleId === vehicle));
    if (unknown.length > 0) throw new CommandFailure(`${unknown.join(', ')} was never erased`);
    const chosen = all.filter(({ vehicleId }) => vehicles.length === 0 || vehicles.includes(vehicleId));
    const where = await remains();
    for (const erasure of chosen) {
      const { vehicleId } = erasure;
      if (erasure.state !== 'erased') {
        process.exitCode = 1;
        if (json) console.log(JSON.stringify({ vehicleId, state: erasure.state }));
        else console.log(`${vehicleId}  is not erased yet: run \`navora vehicles erase ${vehicleId}\` again`);
        continue;
      }
      const found = await sweep(erasure, where, erasures);
      if (totalOf(found) > 0) process.exitCode = 1;
      if (json) console.log(JSON.stringify({ vehicleId, state: erasure.state, found }));
      else if (totalOf(found) === 0) console.log(`${vehicleId}  nothing`);
      else console.log(`${vehicleId}  came back and was removed: ${foundText(found)}`);
    }
    if (!json) console.log(`looked behind ${chosen.length} fences`);
  });
}

/** @returns what had come back. */
export async function sweep(
  erasure: Erasure,
  remains: Remains,
  erasures: Pick<ErasureStore, 'change'>,
  now: () => number = Date.now,
): Promise<Found> {
  let found: Found = {};
  for (let look = 1; ; look++) {
    const again = await remains.look(erasure, true);
    found = sumOf(found, again);
    if (totalOf(again) === 0) break;
    if (look === MOST_LOOKS)
      throw new CommandFailure(`rows of ${erasure.vehicleId} appear again and again: ${foundText(again)}`);
  }
  const lookedAt = now();
  await erasures.change(erasure.vehicleId, (before) =>
    !before || (before.lookedAt ?? 0) >= lookedAt
      ? undefined
      : { ...before, lookedAt, removed: sumOf(before.removed, found) },
  );
  return present(found);
}
