import type { IntakeGate } from './group-consumer.js';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';

export interface Parked {
  readonly batch: RecordBatch;
  readonly record: ConsumedRecord;
}

export interface VehicleParkingOptions {
  maxPerVehicle: number;
  maxInAll: number;
  /** Whether this record, come to the front of its vehicle, could not be processed yet. */
  mustWait(record: ConsumedRecord): boolean;
}

/** A partition that was stopped for want of places goes on when a tenth of them is free again. */
const FULL_ENOUGH_TO_STAY_CLOSED = 0.9;

/**
 * Where a vehicle's records wait, in order, because the first of them cannot be processed yet. Only that vehicle
 * waits. Places are bounded: a record that would need one more stays in Kafka, and its partition with it.
 */
export class VehicleParking implements IntakeGate {
  /** By partition and vehicle: anybody can write a vehicle's key into a foreign partition. */
  private readonly queues = new Map<string, Parked[]>();
  private records = 0;

  constructor(private readonly options: VehicleParkingOptions) {}

  get parked(): number {
    return this.records;
  }

  get vehicles(): number {
    return this.queues.size;
  }

  isParked(record: ConsumedRecord): boolean {
    return this.queues.size > 0 && this.queues.has(placeOf(record));
  }

  /** Puts the record behind those of its vehicle. @returns it when it is the first of them. */
  park(batch: RecordBatch, record: ConsumedRecord): Parked | undefined {
    const place = placeOf(record);
    const queue = this.queues.get(place);
    const parked = { batch, record: withBytesOfItsOwn(record) };
    if (queue) queue.push(parked);
    else this.queues.set(place, [parked]);
    this.records++;
    return queue ? undefined : parked;
  }

  /** The oldest record of the vehicle that waits. */
  first(record: ConsumedRecord): Parked | undefined {
    return this.queues.get(placeOf(record))?.[0];
  }

  /** Takes the oldest of the vehicle out; the vehicle is parked no more when it was the last. */
  release({ record }: Parked): void {
    const place = placeOf(record);
    const queue = this.queues.get(place);
    if (!queue) return;
    queue.shift();
    this.records--;
    if (queue.length === 0) this.queues.delete(place);
  }

  /** How many of these records, from the first on, may be taken over: each that must wait needs a place. */
  admits(records: readonly ConsumedRecord[]): number {
    const { maxPerVehicle, maxInAll, mustWait } = this.options;
    const more = new Map<string, number>();
    let inAll = this.records;
    for (const [index, record] of records.entries()) {
      const place = placeOf(record);
      const before = more.get(place) ?? this.queues.get(place)?.length ?? 0;
      if (before === 0 && !mustWait(record)) continue;
      if (before >= maxPerVehicle || inAll >= maxInAll) return index;
      more.set(place, before + 1);
      inAll++;
    }
    return records.length;
  }

  hasRoomIn(partition: number): boolean {
    const { maxPerVehicle, maxInAll } = this.options;
    if (this.records > maxInAll * FULL_ENOUGH_TO_STAY_CLOSED) return false;
    for (const queue of this.queues.values()) {
      const ofPartition = queue[0]?.record.partition === partition;
      if (ofPartition && queue.length > maxPerVehicle * FULL_ENOUGH_TO_STAY_CLOSED) return false;
    }
    return true;
  }

  /** Whatever waits is delivered again, to us or to another. */
  forgetAll(): void {
    this.queues.clear();
    this.records = 0;
  }
}

function placeOf({ partition, key }: ConsumedRecord): string {
  return `${partition}/${key?.toString() ?? ''}`;
}

/** What a fetch brings shares one buffer: a record that waits must not keep all of it. */
function withBytesOfItsOwn(record: ConsumedRecord): ConsumedRecord {
  const headers: Record<string, Buffer> = {};
  for (const name in record.headers) headers[name] = Buffer.from(record.headers[name] ?? '');
  return {
    ...record,
    key: record.key && Buffer.from(record.key),
    value: record.value && Buffer.from(record.value),
    headers,
  };
}
