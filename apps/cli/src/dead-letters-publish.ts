import { setTimeout as pause } from 'node:timers/promises';
import { createProducer } from '@navora/kafka';
import { REDRIVEN_HEADER, redrivenHeader } from '@navora/schemas';
import type { Kafka, Producer } from 'kafkajs';
import type { Destination, Failure } from './dead-letters-failure.js';
import { MqttPublisher } from './dead-letters-mqtt.js';
import type { MqttSettings } from './operator-mqtt.js';

/** Sends a letter where it came from. A port: the redrive's tests bring one of their own. */
export interface LetterPublisher {
  /** Reaches the destination's service, so that nothing is claimed that could not be sent. */
  ready(destination: Destination): Promise<void>;
  /**
   * @returns undefined once the message is safe there, or why it was refused.
   * @throws Error when nobody knows whether it is there.
   */
  publish(failure: Failure, destination: Destination): Promise<string | undefined>;
}

const TRIES = 5;

export class RealLetterPublisher implements LetterPublisher {
  private producer: Producer | undefined;
  private mqtt: MqttPublisher | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly mqttSettings: MqttSettings,
  ) {}

  async ready({ kind }: Destination): Promise<void> {
    if (kind === 'kafka') await this.connectedProducer();
    else this.mqtt ??= await MqttPublisher.connect(this.mqttSettings);
  }

  async publish(failure: Failure, destination: Destination): Promise<string | undefined> {
    if (destination.kind === 'kafka') return this.toKafka(failure, destination);
    const { letter } = failure;
    this.mqtt ??= await MqttPublisher.connect(this.mqttSettings);
    return this.mqtt.publish({
      topic: destination.topic,
      body: letter.value ?? Buffer.alloc(0),
      contentType: letter.contentType,
      userProperties: Object.fromEntries(
        Object.entries(headersOf(failure)).map(([name, value]) => [name, value.toString()]),
      ),
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.producer?.disconnect(), this.mqtt?.close()]);
  }

  /** To the partition it came from: it is the one of its key, and the count never changes. */
  private async toKafka(
    failure: Failure,
    { topic, partition }: Extract<Destination, { kind: 'kafka' }>,
  ): Promise<undefined> {
    const { key, value } = failure.letter;
    const producer = await this.connectedProducer();
    const message = { key, value, partition, headers: headersOf(failure) };
    for (let attempt = 1; ; attempt++) {
      try {
        const timestamp = String(Date.now());
        await producer.send({ topic, acks: -1, timeout: 10_000, messages: [{ ...message, timestamp }] });
        return undefined;
      } catch (error) {
        // Repeating may write it twice, which is one reading all the same.
        if (attempt === TRIES) throw error;
        await pause(200 * attempt);
      }
    }
  }

  private async connectedProducer(): Promise<Producer> {
    if (!this.producer) {
      const producer = createProducer(this.kafka);
      await producer.connect();
      this.producer = producer;
    }
    return this.producer;
  }
}

/** The original ones, and the one by which a second failure is known. */
function headersOf({ letter, number }: Failure): Record<string, Buffer> {
  const redriven = Buffer.from(redrivenHeader({ letterId: letter.id, number }));
  return { ...letter.headers, [REDRIVEN_HEADER]: redriven };
}
