import { Command } from 'commander';
import { stateOf } from './dead-letters-failure.js';
import { actionLine } from './dead-letters-lines.js';
import { withStack } from './dead-letters-look-commands.js';
import { selectionFrom, withSelection, type SelectionFlags } from './dead-letters-selection.js';
import { withLetters } from './dead-letters-services.js';
import { chosen, confirmMany } from './dead-letters-work.js';
import { orSayWhy } from './failure.js';
import { defaultBy } from './who.js';

interface DiscardFlags extends SelectionFlags {
  all?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  by: string;
  comment: string;
  stack: string;
}

export function discardCommand(): Command {
  return withStack(withSelection(new Command('discard')))
    .description(
      'put dead letters aside: they are no longer open. Kafka keeps them until their 30 days are over',
    )
    .argument('[id...]', 'which ones; or choose by filters, or --all')
    .requiredOption('--comment <text>', 'why, for the record')
    .option('--all', 'all that are open')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--yes', 'do not ask, however many')
    .option('--by <who>', 'who does it, for the record', defaultBy())
    .action(orSayWhy(discardAll));
}

async function discardAll(ids: string[], flags: DiscardFlags): Promise<void> {
  const { by, comment, dryRun, yes, stack } = flags;
  const selection = selectionFrom(ids, flags);
  await withLetters(stack, async ({ log, actions }) => {
    const span = await log.span(selection);
    if (!yes && !dryRun) await confirmMany('discard', log, selection, span);
    const counts = { discarded: 0, before: 0, claimed: 0 };
    for await (const { failure, action } of chosen(log, selection, span)) {
      const { letter, number } = failure;
      const say = (what: string) => console.log(`${letter.id}  ${letter.reason}  ${what}`);
      const resolved = stateOf(action) === 'open' ? undefined : action;
      const claimed =
        resolved || dryRun
          ? undefined
          : await actions.discard({ letterId: letter.id, number }, { by, comment });
      const before = resolved ?? (claimed && 'done' in claimed ? claimed.done : undefined);
      if (before) {
        counts.before++;
        say(`nothing to do: ${actionLine(before).trim()}`);
      } else if (claimed && 'theirs' in claimed) {
        counts.claimed++;
        say(`left: ${actionLine(claimed.theirs).trim()}; if that run crashed, run this again in a minute`);
      } else {
        counts.discarded++;
        say(dryRun ? 'would be discarded' : 'discarded');
      }
    }
    const { discarded, before, claimed } = counts;
    console.log(
      `${discarded} ${dryRun ? 'would be discarded' : 'discarded'}, ${before} resolved before` +
        (claimed > 0 ? `, ${claimed} claimed by another run` : ''),
    );
    if (claimed > 0) process.exitCode = 1;
  });
}
