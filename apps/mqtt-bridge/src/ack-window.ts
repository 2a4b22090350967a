/** One QoS 1 message that the broker wants acknowledged. */
export interface Delivery {
  readonly packetId: number;
  /** ms since 1970 */
  readonly receivedAt: number;
  settled: boolean;
}

/**
 * What one connection received and has not acknowledged, oldest first. Deliveries are settled in any order, when
 * Kafka has their records; their PUBACKs leave in the order the messages came [MQTT-4.6.0-2].
 *
 * The window dies with its connection. The broker delivers the rest again, with packet ids of its choice, so a
 * PUBACK sent later would acknowledge some other message.
 */
export class AckWindow {
  private deliveries: Delivery[] = [];
  /** Where the oldest unacknowledged delivery is in `deliveries`. */
  private head = 0;
  private closed = false;

  constructor(private readonly sendPuback: (packetId: number, receivedAt: number) => void) {}

  /** Deliveries without a PUBACK so far; none once the connection is gone. */
  get size(): number {
    return this.deliveries.length - this.head;
  }

  receive(packetId: number, receivedAt = Date.now()): Delivery {
    const delivery: Delivery = { packetId, receivedAt, settled: false };
    if (!this.closed) this.deliveries.push(delivery);
    return delivery;
  }

  /** Kafka has acknowledged the record, or its dead letter. */
  settle(delivery: Delivery): void {
    delivery.settled = true;
    let oldest = this.deliveries[this.head];
    while (oldest?.settled) {
      this.sendPuback(oldest.packetId, oldest.receivedAt);
      oldest = this.deliveries[++this.head];
    }
    this.dropAcknowledged();
  }

  /** The connection is gone: nothing of it is acknowledged any more. */
  close(): void {
    this.closed = true;
    this.deliveries = [];
    this.head = 0;
  }

  /** Now and then, so that time and space stay proportional to what is unacknowledged. */
  private dropAcknowledged(): void {
    if (this.head === this.deliveries.length) {
      this.deliveries.length = 0;
      this.head = 0;
    } else if (this.head >= 1024 && this.head * 2 > this.deliveries.length) {
      this.deliveries = this.deliveries.slice(this.head);
      this.head = 0;
    }
  }
}
