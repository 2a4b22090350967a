import type { DeadLetter, ReadingRecord } from './evidence.js';
import { vehicleInTopic } from './kafka-records.js';
import { slotOf } from './placement.js';

const READINGS_PER_SLICE = 8_000;
const MOST_SLICES = 1024;

/** A power of two, so that a shard of the readings table lies in one slice. */
export function sliceCountFor(readings: number): number {
  let count = 1;
  while (count < MOST_SLICES && count * READINGS_PER_SLICE < readings) count *= 2;
  return count;
}

/**
 * Which slice of the vehicles a thing is judged in. Everything of one vehicle lies in one slice. What concerns
 * two vehicles, a record under a foreign key, lies in both their slices; whose it is decides who counts it.
 */
export class Slices {
  /** By dead letter id, what vehicles sent to topics that do not name them. */
  private readonly astray = new Map<string, number>();

  constructor(
    readonly count: number,
    private readonly mqttTopicPattern: string,
  ) {}

  ofVehicle(vehicleId: string): number {
    return slotOf(vehicleId, this.count);
  }

  namesItsVehicle(topic: string, vehicleId: string): boolean {
    return vehicleInTopic(topic, this.mqttTopicPattern) === vehicleId;
  }

  sentAstray(vehicleId: string, deadLetterId: string): void {
    this.astray.set(deadLetterId, this.ofVehicle(vehicleId));
  }

  ofRecord({ key, judged }: Pick<ReadingRecord, 'key' | 'judged'>): number[] {
    const slices = new Set([this.ofVehicle(key)]);
    if ('reading' in judged) slices.add(this.ofVehicle(judged.reading.vehicleId));
    return [...slices];
  }

  ofLetter({ id, rightId, mqttTopic, vehicleId }: DeadLetter): number {
    const astray = this.astray.get(id) ?? this.astray.get(rightId);
    if (astray !== undefined) return astray;
    const vehicle = mqttTopic === undefined ? vehicleId : vehicleInTopic(mqttTopic, this.mqttTopicPattern);
    return this.ofVehicle(vehicle ?? vehicleId ?? '');
  }
}
