import { Random } from './random.js';

export interface Due {
  vehicle: number;
  /** When it is to be sent, in ms since the start. */
  atMs: number;
}

/**
 * Send times fixed in advance: one reading every 1/rate seconds, the vehicles in turn. A sender that was
 * stalled finds all it missed still due; it does not slow the fleet down to its own pace.
 */
export class Schedule {
  readonly #turns: Uint32Array;
  readonly #intervalMs: number;
  #next = 0;

  constructor(vehicles: number, ratePerSecond: number, seed: number) {
    this.#turns = shuffled(vehicles, new Random(seed, 'turns'));
    this.#intervalMs = 1000 / ratePerSecond;
  }

  /** @returns the next reading if it is due at `elapsedMs`, and moves on. */
  take(elapsedMs: number): Due | undefined {
    const atMs = this.#next * this.#intervalMs;
    if (atMs > elapsedMs) return undefined;
    const vehicle = this.#turns[this.#next % this.#turns.length] ?? 0;
    this.#next++;
    return { vehicle, atMs };
  }
}

function shuffled(count: number, random: Random): Uint32Array {
  const turns = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const kept = turns[last] ?? 0;
    turns[last] = turns[other] ?? 0;
    turns[other] = kept;
  }
  return turns;
}
