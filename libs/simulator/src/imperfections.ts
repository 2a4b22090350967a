import { Random } from './random.js';

/** How far the fleet is from perfect. Shares are of vehicles or of readings, 0-1. */
export interface Imperfections {
  /** Share of vehicles that lose their connection now and then. */
  dropoutVehicles: number;
  /** How often such a vehicle drops out, on average. */
  dropoutEveryS: number;
  dropoutLastsS: readonly [number, number];
  /** Share of those vehicles that send their newest reading first when they are back. */
  newestFirst: number;
  /** Share of readings that are sent again although they were acknowledged. */
  redeliveries: number;
  /** Share of vehicles whose clock is up to half a minute off. */
  skewedClocks: number;
  /** Share of vehicles whose clock is five minutes or more ahead. */
  suspectClocks: number;
  /** How often engines overheat, doors stay open and tanks run low, as a multiple of the usual. */
  incidents: number;
}

export const USUAL: Imperfections = {
  dropoutVehicles: 0.1,
  dropoutEveryS: 60,
  dropoutLastsS: [3, 15],
  newestFirst: 0.15,
  redeliveries: 0.01,
  skewedClocks: 0.03,
  suspectClocks: 0.005,
  incidents: 1,
};

/** Every vehicle connected, every reading sent once, every clock right. Engines still overheat. */
export const CALM: Imperfections = {
  ...USUAL,
  dropoutVehicles: 0,
  redeliveries: 0,
  skewedClocks: 0,
  suspectClocks: 0,
};

const SKEW_S = 30;
const SUSPECT_AHEAD_S: readonly [number, number] = [5 * 60, 20 * 60];

/** When an acknowledged reading is sent again. `new-connection`: as if its acknowledgement had been lost. */
export type Redelivery = 'at-once' | 'later' | 'new-connection';

/** What goes wrong with one vehicle's connection and clock; the same for the same seed. */
export class VehicleTroubles {
  readonly clockSkewMs: number;
  readonly clockSuspect: boolean;
  readonly newestFirst: boolean;
  readonly #random: Random;
  #dropAtS: number;
  #backAtS = 0;

  constructor(
    private readonly rates: Imperfections,
    seed: number,
    index: number,
  ) {
    const random = new Random(seed, `troubles/${index}`);
    this.#random = random;
    this.clockSuspect = random.chance(rates.suspectClocks);
    const skewed = random.chance(rates.skewedClocks);
    if (this.clockSuspect) this.clockSkewMs = Math.round(random.between(...SUSPECT_AHEAD_S) * 1000);
    else this.clockSkewMs = skewed ? Math.round(random.between(-SKEW_S, SKEW_S) * 1000) : 0;
    this.newestFirst = random.chance(rates.newestFirst);
    this.#dropAtS = random.chance(rates.dropoutVehicles) ? random.waitFor(rates.dropoutEveryS) : Infinity;
  }

  /** @returns whether the vehicle is out of reach at this time; times never go back. */
  outAt(timeS: number): boolean {
    if (timeS >= this.#dropAtS) {
      this.#backAtS = timeS + this.#random.between(...this.rates.dropoutLastsS);
      this.#dropAtS = this.#backAtS + this.#random.waitFor(this.rates.dropoutEveryS);
    }
    return timeS < this.#backAtS;
  }

  /** Asked once per reading. */
  redelivery(): Redelivery | undefined {
    if (!this.#random.chance(this.rates.redeliveries)) return undefined;
    return this.#random.pick<Redelivery>(['at-once', 'at-once', 'later', 'later', 'new-connection']);
  }

  redeliveryDelayMs(): number {
    return this.#random.between(1_000, 10_000);
  }
}
