import type { Random } from './random.js';

const WARMING_S = 40;
const FREEZING_S = 60;
const COOLING_S = 18;
const STUCK_COMPRESSOR_C = -5;
const MEAN_S_BETWEEN_DELIVERIES = 14 * 60;
const MEAN_S_BETWEEN_STUCK_COMPRESSORS = 70 * 60;

/** A refrigerated hold: kept at 4-6 °C, warmed through the open door, now and then cooled too far. */
export class CargoHold {
  temperatureC: number;
  doorOpen = false;
  readonly #setPointC: number;
  readonly #outsideC: number;
  #deliveryInS: number;
  #openForS = 0;
  #stuckInS: number;
  #stuckForS = 0;

  constructor(
    private readonly random: Random,
    private readonly incidents: number,
  ) {
    this.#setPointC = random.between(4, 6);
    this.#outsideC = random.between(20, 33);
    this.temperatureC = this.#setPointC;
    this.#deliveryInS = random.waitFor(MEAN_S_BETWEEN_DELIVERIES / incidents);
    this.#stuckInS = random.waitFor(MEAN_S_BETWEEN_STUCK_COMPRESSORS / incidents);
  }

  /** A delivery is due, and the vehicle is to stop for it until the door is closed again. */
  get delivering(): boolean {
    return this.#deliveryInS <= 0;
  }

  advance(seconds: number, standing: boolean): void {
    this.#work(seconds, standing);
    if (this.doorOpen) this.#approach(this.#outsideC, seconds, WARMING_S);
    else if (this.#stuckForS > 0) this.#approach(STUCK_COMPRESSOR_C, seconds, FREEZING_S);
    else this.#approach(this.#setPointC, seconds, COOLING_S);
  }

  #work(seconds: number, standing: boolean): void {
    this.#deliveryInS -= seconds;
    this.#stuckInS -= seconds;
    this.#stuckForS -= seconds;
    if (this.#stuckInS <= 0) {
      this.#stuckInS = this.random.waitFor(MEAN_S_BETWEEN_STUCK_COMPRESSORS / this.incidents);
      this.#stuckForS = this.random.between(25, 60);
    }
    if (this.doorOpen) {
      this.#openForS -= seconds;
      if (this.#openForS > 0) return;
      this.doorOpen = false;
      this.#deliveryInS = this.random.waitFor(MEAN_S_BETWEEN_DELIVERIES / this.incidents);
    } else if (this.delivering && standing) {
      this.doorOpen = true;
      this.#openForS = this.random.between(10, 22);
    }
  }

  #approach(targetC: number, seconds: number, timeConstantS: number): void {
    this.temperatureC += (targetC - this.temperatureC) * (1 - Math.exp(-seconds / timeConstantS));
  }
}
