import { Random } from '@navora/simulator';
import type { Fault } from './fault.js';

export interface PlannedFault {
  code: string;
  /** ms after the load began */
  atMs: number;
  lastsMs: number;
}

export type Schedulable = Pick<Fault, 'code' | 'lastsMs' | 'touches'>;

export interface ScheduleOptions {
  seed: number;
  durationMs: number;
  /** Exactly so many faults, evenly spread, instead of as many as fit. */
  count?: number | undefined;
}

/** The load runs for so long before the first fault and after the last. */
export const CALM_MS = 5000;
/** Between two faults, so that recovery can be seen. */
export const GAP_MS = 4000;
const OVERLAP_CHANCE = 0.25;

/**
 * When which fault begins and ends: the same for the same seed, byte for byte. Every kind occurs once before any
 * occurs twice, and all heal before the load ends. Now and then two overlap that touch different parts.
 */
export function planFaults(kinds: readonly Schedulable[], options: ScheduleOptions): PlannedFault[] {
  if (kinds.length === 0) return [];
  const random = new Random(options.seed, 'schedule');
  return options.count === undefined ? asManyAsFit(kinds, options, random) : evenly(kinds, options, random);
}

function asManyAsFit(
  kinds: readonly Schedulable[],
  { durationMs }: ScheduleOptions,
  random: Random,
): PlannedFault[] {
  const endMs = durationMs - CALM_MS;
  const planned: PlannedFault[] = [];
  let deck = shuffled(kinds, random);
  let firstRound = true;
  let atMs = CALM_MS;
  let allHealedMs = 0;
  /** The one that lasts still, if the next is to overlap it. */
  let beside: Schedulable | undefined;
  for (;;) {
    const index = deck.findIndex((kind) => atMs + kind.lastsMs[0] <= endMs && apart(kind, beside));
    if (index < 0 && beside === undefined) return planned;
    const [kind] = index < 0 ? [] : deck.splice(index, 1);
    if (!kind) {
      beside = undefined;
      atMs = allHealedMs + GAP_MS;
      continue;
    }
    // Those that have not had their turn keep the time they need at least.
    const owedMs = firstRound ? deck.reduce((sum, { lastsMs }) => sum + lastsMs[0] + GAP_MS, 0) : 0;
    const [least, most] = kind.lastsMs;
    const lastsMs = Math.round(random.between(least, Math.max(least, Math.min(most, endMs - atMs - owedMs))));
    planned.push({ code: kind.code, atMs, lastsMs });
    allHealedMs = Math.max(allHealedMs, atMs + lastsMs);
    if (deck.length === 0) {
      deck = shuffled(kinds, random);
      firstRound = false;
    }
    // Two at once at most: what they do together is hard enough to understand.
    beside = random.chance(OVERLAP_CHANCE) && beside === undefined ? kind : undefined;
    atMs = beside ? atMs + Math.round(lastsMs / 2) : allHealedMs + GAP_MS;
  }
}

function evenly(
  kinds: readonly Schedulable[],
  { durationMs, count = 0 }: ScheduleOptions,
  random: Random,
): PlannedFault[] {
  const slotMs = (durationMs - 2 * CALM_MS) / count;
  return Array.from({ length: count }, (_, slot) => {
    const { code, lastsMs } = kinds[slot % kinds.length] as Schedulable;
    const jitter = random.next();
    const lasting = Math.round(Math.min(lastsMs[0], slotMs / 2));
    return {
      code,
      atMs: Math.round(CALM_MS + slotMs * slot + jitter * (slotMs - lasting)),
      lastsMs: lasting,
    };
  });
}

function apart(one: Schedulable, other: Schedulable | undefined): boolean {
  return other === undefined || !one.touches.some((part) => other.touches.includes(part));
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}
