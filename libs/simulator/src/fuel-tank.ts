import type { Random } from './random.js';

const REFUEL_PERCENT_PER_S = 1.5;
const RESERVE_PERCENT = 15;
const EMPTY_PERCENT = 3;
const IDLE_PERCENT_PER_S = 0.0005;
const MEAN_S_TO_A_STATION = 25;

/**
 * Fuel falls with distance; below the reserve the driver looks for a station, stops and fills up. Tanks are
 * small (a range of 50-100 km), so that a run of minutes sees some of them reach the reserve.
 */
export class FuelTank {
  levelPercent: number;
  readonly #rangeM: number;
  #stationInS = Infinity;
  #fillTo = 0;

  constructor(
    private readonly random: Random,
    incidents: number,
  ) {
    this.#rangeM = random.between(50_000, 100_000);
    // Some start just above the reserve: a short run would otherwise see no tank run low.
    const nearlyLow = random.chance(Math.min(1, 0.04 * incidents));
    this.levelPercent = nearlyLow
      ? random.between(RESERVE_PERCENT, RESERVE_PERCENT + 0.8)
      : random.between(20, 98);
  }

  /** The driver has found a station, and the vehicle is to stop there. */
  get atStation(): boolean {
    return this.#stationInS <= 0;
  }

  advance(seconds: number, drivenM: number, standing: boolean): void {
    if (this.atStation && standing) {
      this.levelPercent = Math.min(this.#fillTo, this.levelPercent + REFUEL_PERCENT_PER_S * seconds);
      if (this.levelPercent >= this.#fillTo) this.#stationInS = Infinity;
      return;
    }
    const burnt = (drivenM / this.#rangeM) * 100 + IDLE_PERCENT_PER_S * seconds;
    // Nobody drives the last drop: what is below is unusable, and the gauge stays there.
    this.levelPercent = Math.max(Math.min(this.levelPercent, EMPTY_PERCENT), this.levelPercent - burnt);
    if (this.levelPercent < RESERVE_PERCENT) this.#headForStation(seconds);
  }

  #headForStation(seconds: number): void {
    if (this.#stationInS === Infinity) {
      this.#stationInS = this.random.waitFor(MEAN_S_TO_A_STATION);
      this.#fillTo = this.random.between(70, 98);
    }
    this.#stationInS -= seconds;
  }
}
