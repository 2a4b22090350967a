import type { City } from './cities.js';
import type { Random } from './random.js';

/** How a kind of vehicle uses the roads. */
export interface DrivingStyle {
  /** Length of a road between two junctions. */
  legM: readonly [number, number];
  /** Speed aimed at on a leg. */
  cruiseKph: readonly [number, number];
  cornerKph: number;
  /** How far out it drives, as a multiple of the city's radius. */
  reach: number;
}

const M_PER_DEGREE = 111_320;
const ACCELERATION = 1.4;
const BRAKING = 2;
const KPH = 3.6;

/**
 * A vehicle's way along a grid of roads: it speeds up, brakes before junctions, turns, and heads back when it
 * gets too far out. Position, heading and speed always agree, since position is nothing but speed added up.
 */
export class Route {
  #eastM: number;
  #northM: number;
  #headingDegrees: number;
  #speed: number;
  #remainingM = 0;
  #cruise = 0;
  #holding = false;

  constructor(
    private readonly city: City,
    private readonly style: DrivingStyle,
    private readonly random: Random,
  ) {
    const spread = city.radiusM * 0.7 * style.reach;
    this.#eastM = random.between(-spread, spread);
    this.#northM = random.between(-spread, spread);
    this.#headingDegrees = city.gridDegrees + 90 * Math.floor(random.next() * 4);
    this.#startLeg();
    this.#speed = this.#cruise * random.between(0.4, 1);
  }

  get latitude(): number {
    return this.city.latitude + this.#northM / M_PER_DEGREE;
  }

  get longitude(): number {
    return (
      this.city.longitude + this.#eastM / (M_PER_DEGREE * Math.cos((this.city.latitude * Math.PI) / 180))
    );
  }

  get speedKph(): number {
    return this.#speed * KPH;
  }

  /** Clockwise from north, 0-360. */
  get headingDegrees(): number {
    return ((this.#headingDegrees % 360) + 360) % 360;
  }

  /** How hard the engine works, 0 (standing) to 1. */
  get load(): number {
    return Math.min(1, this.#speed / 25);
  }

  /** Brake to a stand, and stay until released. */
  hold(): void {
    this.#holding = true;
  }

  release(): void {
    this.#holding = false;
  }

  /** @param seconds at most 1, so that no junction is jumped over. @returns metres driven. */
  advance(seconds: number): number {
    const before = this.#speed;
    const target = this.#targetSpeed();
    const change = target > before ? ACCELERATION * seconds : -BRAKING * seconds;
    this.#speed = target > before ? Math.min(target, before + change) : Math.max(target, before + change);
    const drivenM = ((before + this.#speed) / 2) * seconds;
    const beyondM = drivenM - this.#remainingM;
    this.#move(Math.min(drivenM, this.#remainingM));
    if (beyondM >= 0) {
      this.#turn();
      this.#startLeg();
      this.#move(beyondM);
    }
    return drivenM;
  }

  #targetSpeed(): number {
    if (this.#holding) return 0;
    const corner = this.style.cornerKph / KPH;
    const brakingDistanceM = (this.#speed ** 2 - corner ** 2) / (2 * BRAKING) + this.#speed;
    return this.#remainingM < brakingDistanceM ? Math.min(corner, this.#cruise) : this.#cruise;
  }

  #move(metres: number): void {
    const radians = (this.#headingDegrees * Math.PI) / 180;
    this.#eastM += Math.sin(radians) * metres;
    this.#northM += Math.cos(radians) * metres;
    this.#remainingM -= metres;
  }

  #turn(): void {
    const distanceM = Math.hypot(this.#eastM, this.#northM);
    if (distanceM > this.city.radiusM * this.style.reach) {
      this.#headingDegrees = this.#headingTowardsCentre();
    } else {
      this.#headingDegrees += this.random.pick([0, 0, -90, 90]);
    }
  }

  /** Of straight on, left and right the one that brings the centre closest: nobody turns on the spot. */
  #headingTowardsCentre(): number {
    const towards = (Math.atan2(-this.#eastM, -this.#northM) * 180) / Math.PI;
    const offCourse = (turn: number) => -Math.cos(((this.#headingDegrees + turn - towards) * Math.PI) / 180);
    const best = [0, -90, 90].sort((one, other) => offCourse(one) - offCourse(other))[0] ?? 0;
    return this.#headingDegrees + best;
  }

  #startLeg(): void {
    this.#remainingM = this.random.between(...this.style.legM);
    this.#cruise = this.random.between(...this.style.cruiseKph) / KPH;
  }
}
