import { invariant, modelRuns } from '@navora/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AckWindow, type Delivery } from './ack-window.js';

const PACKET_IDS = 4;

/** A message, as the broker sent it on one connection. */
interface Sent {
  message: number;
  packetId: number;
}

/** The broker: keeps what is not acknowledged, and gives it other packet ids on the next connection. */
class World {
  private readonly inKafka = new Set<number>();
  private readonly kept: number[] = [];
  private messages = 0;
  private connection = 0;
  private unacknowledged: Sent[] = [];
  private window = this.connect();
  /** Produced, and not answered by Kafka yet; of earlier connections too. */
  private readonly producing: { message: number; delivery: Delivery; window: AckWindow }[] = [];

  publish(): void {
    this.kept.push(this.messages++);
  }

  /** The broker sends the oldest message that it has not sent on this connection, under an id that is free. */
  deliver(choice: number): void {
    const message = this.kept.find((one) => this.unacknowledged.every((sent) => sent.message !== one));
    const ids = Array.from({ length: PACKET_IDS }, (_, i) => i + 1);
    const free = ids.filter((id) => this.unacknowledged.every(({ packetId }) => packetId !== id));
    const packetId = free[choice % (free.length || 1)];
    if (message === undefined || packetId === undefined) return;
    this.unacknowledged.push({ message, packetId });
    const { window } = this;
    this.producing.push({ message, delivery: window.receive(packetId), window });
  }

  kafkaAnswers(choice: number): void {
    const [one] = this.producing.splice(choice % (this.producing.length || 1), 1);
    if (!one) return;
    this.inKafka.add(one.message);
    one.window.settle(one.delivery);
  }

  reconnect(): void {
    this.window.close();
    this.unacknowledged = [];
    this.window = this.connect();
  }

  /** Everything comes again until it is acknowledged: what was published must be in Kafka then. */
  settle(): void {
    for (let round = 0; round < 1000 && this.kept.length > 0; round++) {
      this.deliver(round);
      this.kafkaAnswers(0);
    }
    expect(this.kept).toEqual([]);
    invariant(
      'I1',
      this.inKafka.size === this.messages,
      () => `${this.messages - this.inKafka.size} are lost`,
    );
  }

  private connect(): AckWindow {
    const connection = ++this.connection;
    return new AckWindow((packetId) => this.puback(connection, packetId));
  }

  private puback(connection: number, packetId: number): void {
    invariant('I1', connection === this.connection, () => 'a PUBACK of a connection that is gone');
    const [oldest, ...later] = this.unacknowledged;
    const message = this.unacknowledged.find((sent) => sent.packetId === packetId)?.message;
    invariant('I1', message !== undefined && this.inKafka.has(message), () => {
      return `message ${message} is acknowledged, and Kafka does not have it`;
    });
    invariant('MQTT-4.6.0-2', oldest?.packetId === packetId, () => {
      return `a PUBACK for ${packetId} before ${oldest?.packetId}, which came first (I4)`;
    });
    this.unacknowledged = later;
    this.kept.splice(this.kept.indexOf(message), 1);
  }
}

const nat = fc.nat(1000);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant('publish' as const) },
  { weight: 6, arbitrary: fc.record({ deliver: nat }) },
  { weight: 5, arbitrary: fc.record({ answer: nat }) },
  { weight: 1, arbitrary: fc.constant('reconnect' as const) },
);

it('B2, B4: whatever Kafka answers late and the broker delivers again, only what Kafka has is acknowledged, in order, and on its own connection', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 150, size: 'max' }), (history) => {
      const world = new World();
      for (const one of history) {
        if (one === 'publish') world.publish();
        else if (one === 'reconnect') world.reconnect();
        else if ('deliver' in one) world.deliver(one.deliver);
        else world.kafkaAnswers(one.answer);
      }
      world.settle();
    }),
    modelRuns(1500),
  );
}, 120_000);
