import { isVehicleId, TELEMETRY_TOPIC, type AvroRecord } from '@navora/schemas';
import { USUAL, type Imperfections } from './imperfections.js';
import type { BrokerAccess } from './mqtt-connection.js';
import { SimulatorError } from './simulator-error.js';

export interface FleetOptions extends BrokerAccess {
  /** Needed unless every vehicle sends JSON. */
  registryUrl?: string | undefined;
  /** PEM file; left out, the well-known authorities count. */
  registryCaFile?: string | undefined;
  /** Holds `{vehicleId}`. */
  topicPattern?: string;
  vehicles?: number;
  /** Readings a second, of the whole fleet. */
  ratePerSecond?: number;
  /** The same seed makes the same vehicles, routes, curves and troubles; message ids always differ. */
  seed?: number;
  /** What vehicle ids begin with; one of its own for each run, unless given. */
  prefix?: string | undefined;
  /** The share of vehicles that send JSON, 0-1; the others send Avro. */
  jsonShare?: number;
  /** Each Avro body is written with one of these, at random; without them with ours. */
  schemas?: readonly AvroRecord[] | undefined;
  imperfections?: Partial<Imperfections>;
  /**
   * The vehicles come back after an outage, and what they send is what they recorded meanwhile, at the fleet's
   * rate; the run ends when all of it is sent.
   */
  buffered?: Buffered | undefined;
  /** Where the sender's history goes. */
  historyFile?: string | undefined;
  /** How long to send; without it until stopped. */
  durationMs?: number | undefined;
  connectsPerSecond?: number;
  /** Aborting it stops the fleet as `stop` does. */
  signal?: AbortSignal;
}

/** How long the vehicles recorded without sending, and how often. */
export interface Buffered {
  forMs: number;
  everyMs: number;
}

export type FleetPlan = Required<
  Omit<
    FleetOptions,
    | keyof BrokerAccess
    | (
        | 'registryUrl'
        | 'registryCaFile'
        | 'historyFile'
        | 'durationMs'
        | 'signal'
        | 'imperfections'
        | 'buffered'
        | 'schemas'
      )
  >
> &
  BrokerAccess & {
    imperfections: Imperfections;
    buffered: Buffered | undefined;
    registryUrl: string | undefined;
    registryCaFile: string | undefined;
    schemas: readonly AvroRecord[] | undefined;
    historyFile: string | undefined;
    durationMs: number;
  };

const RUN_MARK_DIGITS = 4;

/** @throws SimulatorError naming the first option that makes no sense. */
export function fleetPlan(options: FleetOptions, startedAt: number): FleetPlan {
  const { signal: _signal, ...given } = options;
  const plan: FleetPlan = {
    ...given,
    registryUrl: options.registryUrl,
    registryCaFile: options.registryCaFile,
    schemas: options.schemas,
    historyFile: options.historyFile,
    topicPattern: options.topicPattern ?? TELEMETRY_TOPIC,
    vehicles: options.vehicles ?? 1000,
    ratePerSecond: options.ratePerSecond ?? options.vehicles ?? 1000,
    seed: options.seed ?? 1,
    prefix: options.prefix ?? `sim-${runMark(startedAt)}`,
    jsonShare: options.jsonShare ?? 0.5,
    durationMs: options.durationMs ?? Infinity,
    buffered: options.buffered,
    connectsPerSecond: options.connectsPerSecond ?? 400,
    imperfections: { ...USUAL, ...options.imperfections },
  };
  check(Number.isInteger(plan.vehicles) && plan.vehicles > 0, 'The number of vehicles must be 1 or more.');
  check(plan.ratePerSecond > 0, 'The rate must be above zero messages a second.');
  const { buffered } = plan;
  check(
    !buffered || (buffered.everyMs >= 1 && buffered.forMs >= buffered.everyMs),
    'Vehicles that come back need a buffer that holds at least one reading.',
  );
  check(plan.jsonShare >= 0 && plan.jsonShare <= 1, 'The share of JSON must be between 0 and 1.');
  check(plan.schemas?.length !== 0, 'Avro needs one schema at least.');
  check(plan.durationMs > 0, 'The duration must be above zero.');
  check(plan.topicPattern.includes('{vehicleId}'), 'The topic pattern must hold {vehicleId}.');
  check(
    isVehicleId(vehicleIdOf(plan, plan.vehicles - 1)),
    `The prefix "${plan.prefix}" makes no valid vehicle ids: letters, digits, _ and -, at most 64 with the number.`,
  );
  return buffered ? { ...plan, durationMs: Math.min(plan.durationMs, sendingMs(plan, buffered)) } : plan;
}

function sendingMs({ vehicles, ratePerSecond }: FleetPlan, { forMs, everyMs }: Buffered): number {
  return ((vehicles * Math.floor(forMs / everyMs)) / ratePerSecond) * 1000;
}

export function vehicleIdOf(plan: Pick<FleetPlan, 'prefix' | 'vehicles'>, index: number): string {
  return `${plan.prefix}-${String(index + 1).padStart(String(plan.vehicles).length, '0')}`;
}

/** Tells runs apart that start within 19 days of each other, to the second. */
function runMark(startedAt: number): string {
  const seconds = Math.floor(startedAt / 1000) % 36 ** RUN_MARK_DIGITS;
  return seconds.toString(36).padStart(RUN_MARK_DIGITS, '0');
}

function check(fine: boolean, sentence: string): void {
  if (!fine) throw new SimulatorError(sentence);
}
