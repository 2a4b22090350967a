import { randomUUID } from 'node:crypto';
import mqtt, { type MqttClient, type Packet } from 'mqtt';
import { CommandFailure } from './failure.js';
import { mqttOptionsOf, type MqttSettings } from './operator-mqtt.js';

export interface MqttMessage {
  topic: string;
  body: Buffer;
  contentType: string | null;
  userProperties: Record<string, string>;
}

const NO_MATCHING_SUBSCRIBERS = 0x10;
const ANSWER_WITHIN_MS = 20_000;

/** One connection for a run; messages go one after the other. */
export class MqttPublisher {
  private reasonCode = 0;

  private constructor(
    private readonly client: MqttClient,
    private readonly lost: Promise<never>,
  ) {
    client.on('packetreceive', (packet: Packet) => {
      if (packet.cmd === 'puback') this.reasonCode = packet.reasonCode ?? 0;
    });
  }

  /** @throws CommandFailure */
  static async connect(settings: MqttSettings): Promise<MqttPublisher> {
    try {
      const options = mqttOptionsOf(settings, `navora-dead-letters-${randomUUID()}`);
      const client = await mqtt.connectAsync(settings.mqttUrl, options, false);
      const lost = new Promise<never>((_, reject) => {
        client.once('close', () => reject(new Error('the connection to the MQTT broker was lost')));
      });
      lost.catch(() => undefined);
      client.on('error', () => undefined);
      return new MqttPublisher(client, lost);
    } catch (error) {
      const why = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : error;
      throw new CommandFailure(`the MQTT broker at ${settings.mqttUrl} did not take us in: ${why}`);
    }
  }

  /**
   * QoS 1.
   * @returns undefined once the broker has it, or why it does not.
   * @throws Error when nobody knows.
   */
  async publish({ topic, body, contentType, userProperties }: MqttMessage): Promise<string | undefined> {
    const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const late = new Promise<never>((_, reject) => {
      timeout.onabort = () =>
        reject(new Error(`the MQTT broker did not acknowledge within ${ANSWER_WITHIN_MS} ms`));
    });
    this.reasonCode = 0;
    const properties = { userProperties, ...(contentType === null ? {} : { contentType }) };
    const published = this.client.publishAsync(topic, body, { qos: 1, properties }).catch((error: Error) => {
      if (this.reasonCode === 0) throw error;
    });
    try {
      await Promise.race([published, this.lost, late]);
    } finally {
      timeout.onabort = null;
    }
    if (this.reasonCode === 0) return undefined;
    return this.reasonCode === NO_MATCHING_SUBSCRIBERS
      ? 'nobody is subscribed to its topic at the MQTT broker: has the bridge ever run?'
      : `the MQTT broker refused it with reason code 0x${this.reasonCode.toString(16)}`;
  }

  async close(): Promise<void> {
    await this.client.endAsync().catch(() => undefined);
  }
}
