import type { IPublishPacket } from 'mqtt-packet';
import type { ProduceLane } from '@navora/kafka';
import { HEARTBEAT_HEADER, heartbeatHeader, type Heartbeat } from '@navora/schemas';
import type { AckWindow } from './ack-window.js';

export interface HeartbeatParts {
  readings: { topic: string; partitions: number };
  readingsLane: Pick<ProduceLane, 'produce'>;
  /** Every partition has one. */
  onPassed?(): void;
}

/** Tells messages of one connection from those of others, also of other processes. */
let connections = 0;
const PROCESS = `${process.pid}.${Date.now()}`;

/**
 * Where the bridge publishes to itself, and nobody else may.
 * @param clientId of the bridge, at the MQTT broker
 */
export function heartbeatTopic(clientId: string): string {
  return `navora/heartbeats/${clientId}`;
}

/**
 * What the bridge publishes to itself through the broker. The broker hands it over behind everything it had for us
 * before, so once it is back, all of that stands in Kafka or on its way there. Then it goes on to every partition of
 * the readings, in the same lane: whoever reads it there has met all that came before.
 *
 * Silence is judged by it, so it must not say more than is true: only what this connection sent counts, and nothing
 * is known of the time before its first.
 */
export class Heartbeats {
  private readonly connection = `${PROCESS}.${++connections}`;
  private since: number | undefined;

  constructor(private readonly parts: HeartbeatParts) {}

  /** What to publish now, with QoS 1: with less the broker might hand it over before what it has queued. */
  next(now: number): string {
    this.since ??= now;
    const heartbeat: Heartbeat = { since: this.since, upTo: now };
    return JSON.stringify({ connection: this.connection, ...heartbeat });
  }

  /** One that is back. It has its place among the PUBACKs, and is acknowledged once every partition has it. */
  received({ payload, qos, messageId }: IPublishPacket, window: AckWindow): void {
    const delivery = qos > 0 ? window.receive(messageId as number) : undefined;
    const heartbeat = this.ownIn(payload.toString());
    const settle = () => {
      if (delivery) window.settle(delivery);
    };
    if (heartbeat === undefined) return settle();
    const { readings, readingsLane } = this.parts;
    const headers = { [HEARTBEAT_HEADER]: heartbeatHeader(heartbeat) };
    let left = readings.partitions;
    for (let partition = 0; partition < readings.partitions; partition++) {
      readingsLane.produce(
        { ...{ topic: readings.topic, key: null, value: null, partition, headers }, timestamp: Date.now() },
        () => {
          if (--left > 0) return;
          this.parts.onPassed?.();
          settle();
        },
      );
    }
  }

  /** Undefined for what an earlier connection sent, or somebody else. */
  private ownIn(text: string): Heartbeat | undefined {
    const [, connection, since, upTo] =
      /^\{"connection":"([\d.]+)","since":(\d+),"upTo":(\d+)\}$/.exec(text) ?? [];
    if (connection !== this.connection) return undefined;
    return { since: Number(since), upTo: Number(upTo) };
  }
}
