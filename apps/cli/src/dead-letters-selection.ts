import { DEAD_LETTER_REASONS, isVehicleId, parseMessageId, type DeadLetter } from '@navora/schemas';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CommandFailure } from './failure.js';
import { parseTime } from './time-argument.js';

/** Which letters are meant; what is left out does not matter. */
export interface Selection {
  readonly ids?: ReadonlySet<string>;
  readonly reason?: string;
  readonly vehicle?: string;
  /** ms since 1970: when they were given up. */
  readonly from?: number;
  readonly to?: number;
}

/** As the command line gives it. */
export interface SelectionFlags {
  reason?: string;
  vehicle?: string;
  from?: number;
  to?: number;
}

export function withSelection(command: Command): Command {
  return command
    .addOption(new Option('--reason <reason>', 'given up for this reason').choices(DEAD_LETTER_REASONS))
    .option('--vehicle <id>', 'of this vehicle', vehicleId)
    .option('--from <time>', 'given up since: ISO 8601, or how long ago, such as 2h', parseTime)
    .option('--to <time>', 'given up until, likewise', parseTime);
}

export function matches(letter: DeadLetter, { ids, reason, vehicle, from, to }: Selection): boolean {
  if (ids && !ids.has(letter.id)) return false;
  if (reason !== undefined && letter.reason !== reason) return false;
  if (vehicle !== undefined && letter.vehicleId !== vehicle) return false;
  if (from !== undefined && letter.deadLetteredAt < from) return false;
  return to === undefined || letter.deadLetteredAt <= to;
}

/** Ids, or a filter, or all on purpose: nobody shall redrive a month of letters for a forgotten argument. */
export function selectionFrom(ids: readonly string[], flags: SelectionFlags & { all?: boolean }): Selection {
  const { reason, vehicle, from, to, all } = flags;
  const filters = { reason, vehicle, from, to };
  const filtered = Object.values(filters).some((value) => value !== undefined);
  if (ids.length > 0 && (filtered || all))
    throw new CommandFailure('name letters by their ids, or choose them by filters, not both');
  if (ids.length > 0) return { ids: new Set(ids.map(letterId)) };
  if (!filtered && !all)
    throw new CommandFailure(
      'which ones? Name ids, or filter by --reason, --vehicle, --from, --to, or say --all',
    );
  if (filtered && all) throw new CommandFailure('--all means all: leave out the filters, or leave out --all');
  return { ...present(filters) };
}

export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function letterId(text: string): string {
  const id = parseMessageId(text);
  if (id === undefined)
    throw new CommandFailure(`"${text}" is no dead letter: an id is a UUID, as \`dead-letters list\` shows`);
  return id;
}

function vehicleId(text: string): string {
  if (!isVehicleId(text)) throw new InvalidArgumentError('A vehicle id is 1 to 64 letters, digits, _ and -.');
  return text;
}
