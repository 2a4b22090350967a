import type { Admin, Kafka } from 'kafkajs';
import type { Pulses } from './bridge-through.js';
import type { Pulse } from './evidence.js';
import { pulseIn } from './kafka-records.js';
import { scanTopics } from './kafka-scan.js';
import { type Offsets, spansOf } from './quiet.js';

/** The heartbeats in a topic of Kafka. */
export class PulsesInKafka implements Pulses {
  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly topic: string,
  ) {}

  async ends(): Promise<Offsets> {
    const spans = await spansOf(this.admin, this.topic);
    return new Map(spans.map(({ partition, high }) => [partition, BigInt(high)]));
  }

  async endsAt(time: number): Promise<Offsets> {
    const offsets = await this.admin.fetchTopicOffsetsByTimestamp(this.topic, time);
    return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }

  async between(starts: Offsets, ends: Offsets): Promise<ReadonlyMap<number, readonly Pulse[]>> {
    const found = new Map<number, Pulse[]>();
    await scanTopics({
      ...{ kafka: this.kafka, admin: this.admin, onProgress: () => undefined, seek: true },
      spans: [{ topic: this.topic, starts, ends }],
      onRecord: (place, message) => {
        const pulse = pulseIn(place, message);
        if (pulse) found.set(place.partition, [...(found.get(place.partition) ?? []), pulse]);
      },
    });
    return found;
  }
}
