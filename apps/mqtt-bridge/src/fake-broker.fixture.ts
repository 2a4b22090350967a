import { type Duplex, duplexPair } from 'node:stream';
import {
  generate,
  type IConnackPacket,
  type IPublishPacket,
  type Packet,
  parser as createParser,
} from 'mqtt-packet';

const MQTT5 = { protocolVersion: 5 };

export interface BrokerManners {
  connack?: Partial<IConnackPacket>;
  granted?: number;
  grantedToHeartbeats?: number;
  /** What UNSUBSCRIBE is answered with. */
  unsubscribed?: number;
  /** What PUBLISH of the client is answered with; it is handed back if that is success. */
  publishReason?: number;
  answersPings?: boolean;
  /** Accepts the connection and says nothing. */
  mute?: boolean;
}

/** A broker that a test drives by hand, at the other end of a stream without a network. */
export class FakeBroker {
  readonly received: Packet[] = [];
  readonly client: Duplex;
  private readonly side: Duplex;

  constructor(private readonly manners: BrokerManners = {}) {
    [this.client, this.side] = duplexPair();
    const parser = createParser(MQTT5);
    parser.on('packet', (packet) => {
      this.received.push(packet);
      if (!manners.mute) this.answer(packet);
    });
    this.side.on('data', (chunk: Buffer) => parser.parse(chunk));
    this.side.on('end', () => this.side.end());
  }

  send(...packets: Packet[]): void {
    this.sendBytes(Buffer.concat(packets.map((packet) => generate(packet, MQTT5))));
  }

  /** On a later turn, as a network would: the stream itself would deliver while the client still writes. */
  sendBytes(bytes: Buffer): void {
    setImmediate(() => this.side.writable && this.side.write(bytes));
  }

  publish(...packetIds: number[]): void {
    this.send(
      ...packetIds.map((messageId): Packet => ({
        cmd: 'publish',
        messageId,
        topic: 'vehicles/truck-17/telemetry',
        payload: Buffer.from(`body of ${messageId}`),
        qos: 1,
        dup: false,
        retain: false,
      })),
    );
  }

  /** Closes the connection in good order, and without a word. */
  hangUp(): void {
    this.side.end();
  }

  /** Breaks the connection. */
  vanish(): void {
    this.side.destroy();
    this.client.destroy();
  }

  /** What came, by its names: `puback 7`. */
  get heard(): string[] {
    return this.received.map(({ cmd, messageId }) => (cmd === 'puback' ? `${cmd} ${messageId}` : cmd));
  }

  get pubacks(): number[] {
    return this.received.flatMap(({ cmd, messageId }) => (cmd === 'puback' ? [messageId as number] : []));
  }

  private answer(packet: Packet): void {
    const { cmd, messageId } = packet;
    if (cmd === 'publish') {
      const { publishReason = 0 } = this.manners;
      this.send({ cmd: 'puback', messageId, reasonCode: publishReason });
      if (publishReason === 0) this.send({ ...(packet as IPublishPacket), messageId: 77 });
      return;
    }
    if (cmd === 'connect') {
      this.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, ...this.manners.connack });
    } else if (cmd === 'subscribe') {
      const { granted = 1, grantedToHeartbeats = 1 } = this.manners;
      this.send({ cmd: 'suback', messageId, granted: [granted, grantedToHeartbeats] });
    } else if (cmd === 'unsubscribe') {
      this.send({ cmd: 'unsuback', messageId, granted: [this.manners.unsubscribed ?? 0] });
    } else if (cmd === 'pingreq' && this.manners.answersPings !== false) {
      this.send({ cmd: 'pingresp' });
    } else if (cmd === 'disconnect') {
      setImmediate(() => this.side.end());
    }
  }
}
