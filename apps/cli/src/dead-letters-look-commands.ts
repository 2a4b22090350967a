import { Command, Option } from 'commander';
import { bodyText } from './dead-letters-body.js';
import { stateOf } from './dead-letters-failure.js';
import { actionJson, countLines, letterStory, LIST_HEAD, listJson, listLine } from './dead-letters-lines.js';
import type { Found } from './dead-letters-log.js';
import { letterId, present, withSelection, type SelectionFlags } from './dead-letters-selection.js';
import { withLetters } from './dead-letters-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { wholeNumber } from './number-argument.js';

interface ListFlags extends SelectionFlags {
  state: 'open' | 'redriven' | 'discarded' | 'all';
  limit: number;
  json?: boolean;
  stack: string;
}

interface ShowFlags {
  raw?: boolean;
  json?: boolean;
  stack: string;
}

export function listCommand(): Command {
  return withStack(withSelection(new Command('list')))
    .description('what was given up, and how much of each reason')
    .addOption(
      new Option('--state <state>', 'what became of it')
        .choices(['open', 'redriven', 'discarded', 'all'])
        .default('open'),
    )
    .option('--limit <n>', 'list so many; all are counted', wholeNumber, 1000)
    .option('--json', 'a JSON object a line; the count goes to stderr')
    .action(orSayWhy(list));
}

export function showCommand(): Command {
  return withStack(new Command('show'))
    .description(
      'everything about one dead letter: where it came from, its headers and body, what was done about it',
    )
    .argument('<id>', 'as the list shows it')
    .option('--raw', "write the body's bytes to stdout, and nothing else")
    .option('--json', 'for programs; the body in Base64')
    .action(orSayWhy(show));
}

export function withStack(command: Command): Command {
  return command.option(
    '--stack <name>',
    'the local stack, unless NAVORA_* variables say otherwise',
    'default',
  );
}

async function list({ state, limit, json, stack, ...filters }: ListFlags): Promise<void> {
  const selection = present({
    reason: filters.reason,
    vehicle: filters.vehicle,
    from: filters.from,
    to: filters.to,
  });
  await withLetters(stack, async ({ log }) => {
    const counts = new Map<string, number>();
    let found = 0;
    for await (const one of log.failures(selection, await log.span(selection))) {
      if (state !== 'all' && stateOf(one.action) !== state) continue;
      const { reason } = one.failure.letter;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (++found > limit) continue;
      if (!json && found === 1) console.log(LIST_HEAD);
      console.log(json ? listJson(one) : listLine(one));
    }
    const say = json ? console.error : console.log;
    if (found > limit) say(`the first ${limit}; --limit lists more`);
    say(countLines(counts, state === 'all' ? 'dead letters' : `${state} dead letters`));
    if (log.unreadable > 0) console.error(`${log.unreadable} records of the topic are no dead letters`);
  });
}

async function show(reference: string, { raw, json, stack }: ShowFlags): Promise<void> {
  const id = letterId(reference);
  await withLetters(stack, async ({ log, actions, schemas }) => {
    const selection = { ids: new Set([id]) };
    let latest: Found | undefined;
    for await (const one of log.failures(selection, await log.span(selection)))
      if (!latest || one.failure.number > latest.failure.number) latest = one;
    if (!latest) throw new CommandFailure(`there is no dead letter ${id}; they are kept for 30 days`);
    const { failure } = latest;
    if (raw) {
      await new Promise((written) => process.stdout.write(failure.letter.value ?? Buffer.alloc(0), written));
      return;
    }
    const history = await actions.ofLetter(id);
    if (json) {
      const body = failure.letter.value?.toString('base64') ?? null;
      const known = JSON.parse(listJson(latest)) as object;
      console.log(JSON.stringify({ ...known, body, actions: history.map(actionJson) }, null, 1));
      return;
    }
    console.log(letterStory(failure, history));
    console.log(`body          ${await bodyText(failure.letter.value, schemas)}`);
  });
}
