import type { Random } from './random.js';

const AMBIENT_C = 18;
const WORKING_C = 82;
const WARMING_S = 110;
const OVERHEATING_S = 14;
const COOLING_S = 15;
const MEAN_S_BETWEEN_OVERHEATING = 40 * 60;

/** Coolant temperature: warms up from cold, follows the load, and now and then overheats and recovers. */
export class Engine {
  temperatureC: number;
  readonly #offsetC: number;
  #overheatsInS: number;
  #hotForS = 0;
  #hotC = 0;
  #recovering = false;

  constructor(
    private readonly random: Random,
    private readonly incidents: number,
  ) {
    this.#offsetC = random.between(-2, 2);
    this.temperatureC = random.chance(0.06) ? random.between(AMBIENT_C, 60) : WORKING_C + this.#offsetC;
    this.#overheatsInS = this.#nextIncident();
  }

  get overheating(): boolean {
    return this.#hotForS > 0;
  }

  /** @param load 0-1 */
  advance(seconds: number, load: number): void {
    this.#overheatsInS -= seconds;
    if (this.#overheatsInS <= 0) {
      this.#overheatsInS = this.#nextIncident();
      this.#hotC = this.random.between(107, 116);
      this.#hotForS = this.random.between(15, 30);
      this.#recovering = true;
    }
    const normalC = WORKING_C + this.#offsetC + 5 * load;
    if (this.#hotForS > 0) {
      this.#hotForS -= seconds;
      this.#approach(this.#hotC, seconds, OVERHEATING_S);
    } else {
      this.#approach(normalC, seconds, this.#recovering ? COOLING_S : WARMING_S);
      if (Math.abs(this.temperatureC - normalC) < 1) this.#recovering = false;
    }
  }

  #approach(targetC: number, seconds: number, timeConstantS: number): void {
    this.temperatureC += (targetC - this.temperatureC) * (1 - Math.exp(-seconds / timeConstantS));
  }

  #nextIncident(): number {
    return this.random.waitFor(MEAN_S_BETWEEN_OVERHEATING / this.incidents);
  }
}
