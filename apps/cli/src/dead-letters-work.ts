import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { TopicSpan } from '@navora/kafka';
import { InvalidArgumentError } from 'commander';
import { stateOf } from './dead-letters-failure.js';
import { countLines } from './dead-letters-lines.js';
import type { Found, LetterLog } from './dead-letters-log.js';
import type { Selection } from './dead-letters-selection.js';
import { CommandFailure } from './failure.js';

/** Up to so many are acted on without a question. */
const FEW = 10;

/**
 * What a command shall act on: named letters with their latest failure, whatever became of it; of filtered ones
 * those that are open. A name nobody knows is an error before anything is done.
 */
export async function* chosen(log: LetterLog, selection: Selection, span: TopicSpan): AsyncGenerator<Found> {
  if (!selection.ids) {
    for await (const found of log.failures(selection, span))
      if (stateOf(found.action) === 'open') yield found;
    return;
  }
  const latest = new Map<string, Found>();
  for await (const found of log.failures(selection, span)) {
    const { letter, number } = found.failure;
    if (number > (latest.get(letter.id)?.failure.number ?? 0)) latest.set(letter.id, found);
  }
  const unknown = [...selection.ids].filter((id) => !latest.has(id));
  if (unknown.length > 0)
    throw new CommandFailure(`there is no dead letter ${unknown.join(', ')}; nothing was done`);
  for (const id of selection.ids) yield latest.get(id) as Found;
}

/** Filters may choose more than was thought of: many are counted first, and confirmed. */
export async function confirmMany(
  what: string,
  log: LetterLog,
  selection: Selection,
  span: TopicSpan,
): Promise<void> {
  if (selection.ids) return;
  const counts = new Map<string, number>();
  let total = 0;
  for await (const { failure } of chosen(log, selection, span)) {
    counts.set(failure.letter.reason, (counts.get(failure.letter.reason) ?? 0) + 1);
    total++;
  }
  if (total <= FEW) return;
  const count = countLines(counts, 'open dead letters');
  if (!process.stdin.isTTY)
    throw new CommandFailure(`${count}\nTo ${what} so many, say --yes; nothing was done`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${count}\n${what} them? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('nothing was done');
  } finally {
    terminal.close();
  }
}

/** `50/s`, or `50`. @returns how many a second */
export function parseRate(text: string): number {
  const [, count] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text) ?? [];
  if (count === undefined || Number(count) <= 0)
    throw new InvalidArgumentError('It must be so many a second, such as 50/s.');
  return Number(count);
}

/** Lets one pass at a time, at most so many a second. */
export class Pace {
  private nextAt = 0;

  constructor(private readonly perSecond: number) {}

  async turn(): Promise<void> {
    const now = performance.now();
    if (this.nextAt > now) await pause(this.nextAt - now);
    this.nextAt = Math.max(this.nextAt, now) + 1000 / this.perSecond;
  }
}
