import { CITIES, type City } from './cities.js';
import { Random } from './random.js';
import type { DrivingStyle } from './route.js';

export type VehicleKind = 'van' | 'refrigerated' | 'tractor';
export type Encoding = 'json' | 'avro';

/** What a vehicle's device reports beyond the fields everybody knows. */
export type Extra = 'tyrePressure' | 'tyres' | 'driverState' | 'doorOpen' | 'heading';

/** What a vehicle is, for the whole run. */
export interface VehicleProfile {
  kind: VehicleKind;
  city: City;
  style: DrivingStyle;
  encoding: Encoding;
  sensors: { location: boolean; fuel: boolean; engine: boolean; cargo: boolean; ignition: boolean };
  /** How its device writes a value it does not have. */
  missing: 'left-out' | 'null';
  /** How its device writes time, in JSON. */
  timeFormat: 'iso' | 'ms';
  namesItself: boolean;
  countsReadings: boolean;
  extras: ReadonlySet<Extra>;
}

const STYLES: Record<VehicleKind, DrivingStyle> = {
  van: { legM: [180, 700], cruiseKph: [28, 58], cornerKph: 18, reach: 0.6 },
  refrigerated: { legM: [250, 1_400], cruiseKph: [35, 75], cornerKph: 20, reach: 1 },
  tractor: { legM: [1_500, 6_000], cruiseKph: [70, 92], cornerKph: 40, reach: 3 },
};

/** @param jsonShare the share of vehicles whose device writes JSON; the others write Avro. */
export function vehicleProfile(seed: number, index: number, jsonShare: number): VehicleProfile {
  const random = new Random(seed, `profile/${index}`);
  const kind = random.pick<VehicleKind>(['van', 'van', 'refrigerated', 'refrigerated', 'tractor']);
  const city = random.pick(CITIES);
  const sensors = {
    location: !random.chance(0.02),
    fuel: !random.chance(0.06),
    engine: !random.chance(0.03),
    cargo: kind === 'refrigerated',
    ignition: !random.chance(0.25),
  };
  return {
    kind,
    city,
    style: STYLES[kind],
    sensors,
    missing: random.chance(0.5) ? 'null' : 'left-out',
    timeFormat: random.chance(0.25) ? 'ms' : 'iso',
    namesItself: !random.chance(0.15),
    countsReadings: !random.chance(0.1),
    extras: extrasOf(kind, random),
    encoding: random.next() < jsonShare ? 'json' : 'avro',
  };
}

function extrasOf(kind: VehicleKind, random: Random): Set<Extra> {
  const extras = new Set<Extra>();
  if (random.chance(0.25)) extras.add('tyrePressure');
  if (random.chance(0.1)) extras.add('tyres');
  if (random.chance(0.15)) extras.add('driverState');
  if (random.chance(0.2)) extras.add('heading');
  if (kind === 'refrigerated' && random.chance(0.5)) extras.add('doorOpen');
  return extras;
}
