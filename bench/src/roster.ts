import { randomAt } from './random.js';

/** Which vehicle sends what: of each reading, by its number, whose it is and which of that vehicle's it is. */
export interface Roster {
  vehicleOf(index: number): number;
  /** How many readings the vehicle has sent before. */
  sequenceOf(index: number): number;
  /** Undefined when there is none such; it may be of a larger corpus than the one that asks. */
  indexOf(vehicle: number, sequence: number): number | undefined;
}

/** Every vehicle once, then all once more. */
export function inTurns(vehicles: number): Roster {
  return {
    vehicleOf: (index) => index % vehicles,
    sequenceOf: (index) => Math.floor(index / vehicles),
    indexOf: (vehicle, sequence) => sequence * vehicles + vehicle,
  };
}

/** Of vehicles by their rank: the second sends 2^-1.1 of what the first does, and so on. */
const ZIPF_EXPONENT = 1.1;
/** Of all readings, besides what its rank gives it. */
const LOUDEST_SHARE = 0.1;
const VEHICLE = 20;
const LOUD = 21;

/** A few vehicles send most of it (Zipf), and the first of them a tenth of all readings. */
export function skewed(seed: number, readings: number, vehicles: number): Roster {
  const shares = sharesUpTo(vehicles);
  const vehicleOf = new Uint32Array(readings);
  const sequenceOf = new Uint32Array(readings);
  const ofVehicle = Array.from({ length: vehicles }, (): number[] => []);
  for (let index = 0; index < readings; index++) {
    const isLoudest = randomAt(seed, index, LOUD) < LOUDEST_SHARE;
    const vehicle = isLoudest ? 0 : firstAbove(shares, randomAt(seed, index, VEHICLE));
    vehicleOf[index] = vehicle;
    sequenceOf[index] = (ofVehicle[vehicle]?.push(index) ?? 1) - 1;
  }
  return {
    vehicleOf: (index) => vehicleOf[index] ?? 0,
    sequenceOf: (index) => sequenceOf[index] ?? 0,
    indexOf: (vehicle, sequence) => ofVehicle[vehicle]?.[sequence],
  };
}

/** Which part of the readings the vehicles up to each one send. */
function sharesUpTo(vehicles: number): Float64Array {
  const shares = new Float64Array(vehicles);
  let sum = 0;
  for (let rank = 0; rank < vehicles; rank++) shares[rank] = sum += (rank + 1) ** -ZIPF_EXPONENT;
  return shares.map((share) => share / sum);
}

/** The first place whose value is above: the values rise, and the last is 1. */
function firstAbove(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 1) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
