import { Command } from 'commander';
import { outcomeText } from './dead-letters-lines.js';
import { isHopeless, redrive, type RedriveOutcome } from './dead-letters-redrive.js';
import { selectionFrom, withSelection, type SelectionFlags } from './dead-letters-selection.js';
import { withLetters } from './dead-letters-services.js';
import { chosen, confirmMany, Pace, parseRate } from './dead-letters-work.js';
import { withStack } from './dead-letters-look-commands.js';
import { orSayWhy } from './failure.js';
import { defaultBy } from './who.js';

interface RedriveFlags extends SelectionFlags {
  all?: boolean;
  dryRun?: boolean;
  again?: boolean;
  rate: number;
  yes?: boolean;
  by: string;
  comment?: string;
  stack: string;
}

const WHERE_TO = `
Where they go. What a service gave up that reads from Kafka goes back to its topic, with the original key, value
and headers. What the bridge gave up never was in Kafka: it is published again to its MQTT topic, so the bridge
decides anew. Both carry a header \`navora-redriven\`, by which a second failure is known; such a one is left alone
unless --again is said.

What to expect. A message keeps its identity, so nothing is stored twice. It is late: it does not overtake what its
vehicle sent since, and raises at most alerts that are marked late. It gets a new record time: what was given up
as beyond-retention is refused again, unless the retention was raised. What an erased vehicle had sent is not sent
again (navora vehicles erasures).

Exit code: 0 when nothing that was meant is left to do, 1 otherwise.`;

export function redriveCommand(): Command {
  return withStack(withSelection(new Command('redrive')))
    .description('send dead letters on their way again, each once')
    .argument('[id...]', 'which ones; or choose by filters, or --all')
    .option('--all', 'all that are open')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--again', 'also those that failed again after a redrive')
    .option('--rate <n/s>', 'at most so many a second', parseRate, 50)
    .option('--yes', 'do not ask, however many')
    .option('--by <who>', 'who does it, for the record', defaultBy())
    .option('--comment <text>', 'why, for the record')
    .addHelpText('after', WHERE_TO)
    .action(orSayWhy(redriveAll));
}

async function redriveAll(ids: string[], flags: RedriveFlags): Promise<void> {
  const { dryRun = false, again = false, by, comment, rate, yes, stack } = flags;
  const selection = selectionFrom(ids, flags);
  const kinds = new Map<RedriveOutcome['kind'], number>();
  let hopeless = 0;
  await withLetters(stack, async ({ log, actions, publisher, erasures }) => {
    const span = await log.span(selection);
    if (!yes && !dryRun) await confirmMany('redrive', log, selection, span);
    const pace = new Pace(rate);
    const erasedUpTo = async (vehicleId: string) => (await erasures.of(vehicleId))?.erasedAt;
    const parts = { actions, publisher, by, comment, again, dryRun, erasedUpTo };
    try {
      for await (const found of chosen(log, selection, span)) {
        if (!dryRun) await pace.turn();
        const outcome = await redrive(found, parts);
        kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
        if (isHopeless(found.failure) && /redriven/.test(outcome.kind)) hopeless++;
        console.log(`${found.failure.letter.id}  ${found.failure.letter.reason}  ${outcomeText(outcome)}`);
      }
    } finally {
      console.log(summaryOf(kinds, hopeless));
    }
  });
  if (isLeft(kinds, selection.ids !== undefined)) process.exitCode = 1;
}

const WORDS: Record<RedriveOutcome['kind'], string> = {
  redriven: 'redriven',
  'would-be-redriven': 'would be redriven',
  'resolved-before': 'resolved before',
  'in-progress': 'claimed by another run',
  'failed-again': 'left, as they failed again',
  impossible: 'cannot be redriven',
  refused: 'refused',
};

function summaryOf(kinds: ReadonlyMap<RedriveOutcome['kind'], number>, hopeless: number): string {
  if (kinds.size === 0) return 'nothing to do: no open dead letter is meant';
  const each = [...kinds].map(([kind, count]) => `${count} ${WORDS[kind]}`).join(', ');
  return hopeless === 0
    ? each
    : `${each} (${hopeless} of reason beyond-retention: refused again unless the retention was raised)`;
}

/** A filter means what can go; a name means that letter. */
function isLeft(kinds: ReadonlyMap<RedriveOutcome['kind'], number>, named: boolean): boolean {
  if (kinds.has('refused') || kinds.has('in-progress')) return true;
  return named && (kinds.has('failed-again') || kinds.has('impossible'));
}
