import { frameAvro, readingType, schemaIdOf, WIRE_PREFIX_BYTES, type Reading } from '@navora/schemas';
import { newerBody, type NewerSchema } from './newer-schema.js';
import { bitsAt, randomAt } from './random.js';
import { inTurns, skewed, type Roster } from './roster.js';

export interface CorpusOptions {
  seed: number;
  readings: number;
  vehicles: number;
  /** ms since 1970: when the first reading was recorded. */
  from: number;
  /** A few vehicles send most of it, one of them a tenth; all alike unless said. */
  skewed?: boolean | undefined;
  /** How long each body is at least, with its prefix: a text in `extras` fills it. */
  bodyBytes?: number | undefined;
  /** What the second half of the readings is written with. */
  newerSchema?: NewerSchema | undefined;
}

const HOUR_MS = 3_600_000;
/** Each vehicle reports so often, the vehicles one after the other. */
const REPORT_EVERY_MS = 10_000;
/** From measuring to receiving. */
export const ON_THE_WAY_MS = 40;

const FILLING = 'diagnostics';
/** Of a body with an empty text, about. */
const BARE_BYTES = 150;
/** Further numbers of `random.ts` than any other measurement takes. */
const FILLING_FROM = 1000;

/**
 * Readings as a fleet sends them: every vehicle in turn, each every ten seconds, unless said otherwise. Any of them
 * can be made at any time without the others, and so need not be kept.
 */
export class Corpus {
  private readonly roster: Roster;

  constructor(
    readonly options: CorpusOptions,
    roster?: Roster,
  ) {
    const { seed, readings, vehicles } = options;
    this.roster = roster ?? (options.skewed ? skewed(seed, readings, vehicles) : inTurns(vehicles));
  }

  get size(): number {
    return this.options.readings;
  }

  /** The same fleet, and fewer of its readings: the first ones. */
  firstOf(readings: number): Corpus {
    return new Corpus({ ...this.options, readings: Math.min(readings, this.size) }, this.roster);
  }

  /** From 0 up to the number of vehicles. */
  vehicleOf(index: number): number {
    return this.roster.vehicleOf(index);
  }

  vehicleIdOf(index: number): string {
    return `bench-${String(this.vehicleOf(index)).padStart(6, '0')}`;
  }

  recordedAtOf(index: number): number {
    return this.options.from + sinceFirst(index, this.options.vehicles);
  }

  /** Which reading it is, or undefined if there is none of this vehicle and sequence. */
  indexOf(vehicleId: string, sequence: number): number | undefined {
    const vehicle = Number(/^bench-(\d{6})$/.exec(vehicleId)?.[1] ?? Number.NaN);
    const exists = Number.isInteger(vehicle) && vehicle < this.options.vehicles && sequence >= 0;
    const index = exists ? this.roster.indexOf(vehicle, sequence) : undefined;
    return index !== undefined && Number.isInteger(index) && index < this.size ? index : undefined;
  }

  /** Which reading a body is, by what it says of itself; whether it is whole is to be looked at apart. */
  indexOfBody(body: Buffer): number | undefined {
    try {
      const { newerSchema } = this.options;
      const type = newerSchema && newerSchema.id === schemaIdOf(body) ? newerSchema.type : readingType;
      const { vehicleId, sequence } = type.fromBuffer(body.subarray(WIRE_PREFIX_BYTES)) as Reading;
      return sequence === null ? undefined : this.indexOf(vehicleId, sequence);
    } catch {
      return undefined;
    }
  }

  messageIdOf(index: number): string {
    const { seed } = this.options;
    const hex = [0, 1, 2, 3].map((part) => bitsAt(seed, index, part).toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  reading(index: number): Reading {
    const { seed, bodyBytes } = this.options;
    const between = (what: number, low: number, high: number) =>
      Math.round((low + (high - low) * randomAt(seed, index, what)) * 10) / 10;
    return {
      messageId: this.messageIdOf(index),
      vehicleId: this.vehicleIdOf(index),
      recordedAt: this.recordedAtOf(index),
      sequence: this.roster.sequenceOf(index),
      location: {
        latitude: 47 + randomAt(seed, index, 10) * 7,
        longitude: 6 + randomAt(seed, index, 11) * 8,
      },
      speedKph: between(12, 0, 120),
      fuelLevelPercent: between(13, 16, 98),
      // A few are too hot: signals without any news would flatter.
      engineTemperatureC: between(14, 78, 100.2),
      cargoTemperatureC: between(15, 2.5, 7.5),
      ignitionOn: true,
      extras: {
        odometerKm: between(16, 1000, 400_000),
        ...(bodyBytes !== undefined && { [FILLING]: this.fillingOf(index, bodyBytes - BARE_BYTES) }),
      },
    };
  }

  /** The body a vehicle would send: Avro in the Confluent wire format. */
  body(index: number, schemaId: number): Buffer {
    const { newerSchema } = this.options;
    if (newerSchema && index >= this.size / 2) return newerBody(newerSchema, this.reading(index));
    return frameAvro(schemaId, readingType, this.reading(index));
  }

  /** Random digits, so that nobody compresses them away. */
  private fillingOf(index: number, length: number): string {
    let text = '';
    for (let part = 0; text.length < length; part++)
      text += bitsAt(this.options.seed, index, FILLING_FROM + part)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, Math.max(0, length));
  }
}

function sinceFirst(index: number, vehicles: number): number {
  return Math.floor((index * REPORT_EVERY_MS) / vehicles);
}

/** So that a corpus begins with an hour, and is over since an hour or two: nobody takes readings of the future. */
export function recently({ readings, vehicles }: Omit<CorpusOptions, 'from'>, now: number): number {
  const latest = now - sinceFirst(readings, vehicles);
  return Math.floor(latest / HOUR_MS) * HOUR_MS - HOUR_MS;
}
