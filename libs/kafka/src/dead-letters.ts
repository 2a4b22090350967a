import {
  deadLetterIdOfRecord,
  type RecordEncoder,
  type Rejection,
  TOPICS,
  type DeadLetter,
} from '@navora/schemas';
import type { ConsumedRecord } from './record-batch.js';
import type { ProduceLane } from './produce-lane.js';

/** Dead letters of a consumer: with the record's bytes, cause and origin. */
export class DeadLetters {
  constructor(
    private readonly service: string,
    private readonly lane: ProduceLane,
    private readonly encoder: RecordEncoder<typeof TOPICS.deadLetters>,
    private readonly topic: string = TOPICS.deadLetters,
    private readonly now: () => number = Date.now,
  ) {}

  /** Resolves once Kafka has the dead letter; only then may the record's offset be committed. */
  async bury(record: ConsumedRecord, rejection: Rejection): Promise<void> {
    const letter: DeadLetter = {
      id: deadLetterIdOfRecord(record.topic, record.partition, record.offset),
      reason: rejection.reason,
      error: rejection.error,
      service: this.service,
      deadLetteredAt: this.now(),
      vehicleId: record.key?.toString() ?? null,
      mqttTopic: null,
      topic: record.topic,
      partition: record.partition,
      offset: Number(record.offset),
      key: record.key,
      value: record.value,
      headers: record.headers,
      contentType: null,
    };
    await this.lane.produced({
      topic: this.topic,
      key: record.key,
      value: this.encoder.encode(letter),
      timestamp: letter.deadLetteredAt,
    });
  }
}
