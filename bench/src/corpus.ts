import { frameAvro, readingType, WIRE_PREFIX_BYTES, type Reading } from '@navora/schemas';
import { bitsAt, randomAt } from './random.js';

export interface CorpusOptions {
  seed: number;
  readings: number;
  vehicles: number;
  /** ms since 1970: when the first reading was recorded. */
  from: number;
}

const HOUR_MS = 3_600_000;
/** Each vehicle reports so often, the vehicles one after the other. */
const REPORT_EVERY_MS = 10_000;
/** From measuring to receiving. */
export const ON_THE_WAY_MS = 40;

/**
 * Readings as a fleet sends them: every vehicle in turn, each every ten seconds. Any of them can be made at any time
 * without the others, and so need not be kept.
 */
export class Corpus {
  constructor(readonly options: CorpusOptions) {}

  get size(): number {
    return this.options.readings;
  }

  /** The same fleet, and fewer of its readings: the first ones. */
  firstOf(readings: number): Corpus {
    return new Corpus({ ...this.options, readings: Math.min(readings, this.size) });
  }

  vehicleIdOf(index: number): string {
    return `bench-${String(index % this.options.vehicles).padStart(6, '0')}`;
  }

  recordedAtOf(index: number): number {
    const { from, vehicles } = this.options;
    const round = Math.floor(index / vehicles);
    return from + round * REPORT_EVERY_MS + Math.floor(((index % vehicles) * REPORT_EVERY_MS) / vehicles);
  }

  /** Which reading it is, or undefined if there is none of this vehicle and sequence. */
  indexOf(vehicleId: string, sequence: number): number | undefined {
    const vehicle = Number(/^bench-(\d{6})$/.exec(vehicleId)?.[1] ?? Number.NaN);
    const index = sequence * this.options.vehicles + vehicle;
    const exists =
      Number.isInteger(index) && sequence >= 0 && vehicle < this.options.vehicles && index < this.size;
    return exists ? index : undefined;
  }

  /** Which reading a body is, by what it says of itself; whether it is whole is to be looked at apart. */
  indexOfBody(body: Buffer): number | undefined {
    try {
      const { vehicleId, sequence } = readingType.fromBuffer(body.subarray(WIRE_PREFIX_BYTES)) as Reading;
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
    const { seed, vehicles } = this.options;
    const between = (what: number, low: number, high: number) =>
      Math.round((low + (high - low) * randomAt(seed, index, what)) * 10) / 10;
    return {
      messageId: this.messageIdOf(index),
      vehicleId: this.vehicleIdOf(index),
      recordedAt: this.recordedAtOf(index),
      sequence: Math.floor(index / vehicles),
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
      extras: { odometerKm: between(16, 1000, 400_000) },
    };
  }

  /** The body a vehicle would send: Avro in the Confluent wire format. */
  body(index: number, schemaId: number): Buffer {
    return frameAvro(schemaId, readingType, this.reading(index));
  }
}

/** So that a corpus begins with an hour, and its readings are recent: those of the last hour but one. */
export function anHourAgo(now: number): number {
  return Math.floor(now / HOUR_MS) * HOUR_MS - HOUR_MS;
}
