import { CargoHold } from './cargo-hold.js';
import { Engine } from './engine.js';
import { FuelTank } from './fuel-tank.js';
import { Random } from './random.js';
import { Route } from './route.js';
import type { VehicleProfile } from './vehicle-profile.js';

export type ExtraValue = number | boolean | string | { [name: string]: ExtraValue };

/** What a vehicle's sensors say at one moment. A sensor it does not have is undefined, never zero. */
export interface Measurements {
  location?: { latitude: number; longitude: number };
  speedKph: number;
  fuelLevelPercent?: number;
  engineTemperatureC?: number;
  cargoTemperatureC?: number;
  ignitionOn?: boolean;
  extras: Record<string, ExtraValue>;
}

/** Longer steps would jump over junctions and make the curves depend on how often a vehicle reports. */
const STEP_S = 1;

/** One vehicle's physics: the same seed, index and times give the same measurements. */
export class Vehicle {
  readonly #route: Route;
  readonly #engine: Engine;
  readonly #tank: FuelTank;
  readonly #hold: CargoHold;
  readonly #noise: Random;
  readonly #tyreKpa: number;
  #timeS = 0;

  /** @param incidents how often things go wrong, as a multiple of the usual; 0 for never. */
  constructor(
    readonly profile: VehicleProfile,
    seed: number,
    index: number,
    incidents: number,
  ) {
    this.#route = new Route(profile.city, profile.style, new Random(seed, `route/${index}`));
    this.#engine = new Engine(new Random(seed, `engine/${index}`), incidents);
    this.#tank = new FuelTank(new Random(seed, `fuel/${index}`), incidents);
    this.#hold = new CargoHold(new Random(seed, `cargo/${index}`), incidents);
    this.#noise = new Random(seed, `noise/${index}`);
    this.#tyreKpa = profile.kind === 'van' ? 350 : this.#noise.between(760, 860);
  }

  /** @param timeS seconds since the start of the run; never less than in an earlier call. */
  measureAt(timeS: number): Measurements {
    while (this.#timeS < timeS) {
      const step = Math.min(STEP_S, timeS - this.#timeS);
      this.#advance(step);
      this.#timeS += step;
    }
    return this.#measure();
  }

  #advance(seconds: number): void {
    const drivenM = this.#route.advance(seconds);
    const standing = this.#route.speedKph === 0;
    const { sensors } = this.profile;
    this.#engine.advance(seconds, this.#route.load);
    this.#tank.advance(seconds, drivenM, standing);
    if (sensors.cargo) this.#hold.advance(seconds, standing);
    if (this.#tank.atStation || (sensors.cargo && this.#hold.delivering)) this.#route.hold();
    else this.#route.release();
  }

  #measure(): Measurements {
    const { sensors } = this.profile;
    const measured: Measurements = { speedKph: rounded(this.#route.speedKph, 1), extras: this.#extras() };
    if (sensors.location) {
      measured.location = {
        latitude: rounded(this.#route.latitude, 6),
        longitude: rounded(this.#route.longitude, 6),
      };
    }
    if (sensors.fuel) measured.fuelLevelPercent = rounded(this.#tank.levelPercent, 2);
    if (sensors.engine) {
      measured.engineTemperatureC = rounded(this.#engine.temperatureC + this.#noise.noise(0.4), 1);
    }
    if (sensors.cargo) {
      measured.cargoTemperatureC = rounded(this.#hold.temperatureC + this.#noise.noise(0.2), 1);
    }
    if (sensors.ignition) measured.ignitionOn = !(this.#tank.atStation && this.#route.speedKph === 0);
    return measured;
  }

  #extras(): Record<string, ExtraValue> {
    const { extras } = this.profile;
    const values: Record<string, ExtraValue> = {};
    if (extras.size === 0) return values;
    const tyreKpa = () => Math.round(this.#tyreKpa + this.#noise.noise(6));
    if (extras.has('tyrePressure')) values['tyrePressureKpa'] = tyreKpa();
    if (extras.has('tyres')) values['tyre'] = { frontLeft: tyreKpa(), frontRight: tyreKpa() };
    if (extras.has('driverState')) values['driverState'] = this.#route.speedKph > 0 ? 'driving' : 'resting';
    if (extras.has('heading')) values['headingDegrees'] = Math.round(this.#route.headingDegrees) % 360;
    if (extras.has('doorOpen')) values['doorOpen'] = this.#hold.doorOpen;
    return values;
  }
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
