import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parser, type Packet, type Parser } from 'mqtt-packet';
import { OrderOfResends } from './order-of-resends.js';

/** What the broker acknowledged to vehicles, and what of it the bridge never acknowledged. */
export interface BrokerLoss {
  acknowledgedByBroker: number;
  lost: number;
}

const MQTT5 = { protocolVersion: 5 };

/**
 * Listens between broker and bridge, and remembers what the bridge acknowledged. Where the broker itself is
 * broken, that is what can be asked of us; what it lost before is told apart.
 */
export class BrokerTap {
  private readonly acknowledged = new Set<string>();
  /** By message: which one it was, counted as they came for the first time. */
  private readonly arrivals = new Map<string, number>();
  private readonly parsers = new Map<string, Parser>();
  /** By connection and packet id: what the broker sent and waits for. */
  private readonly underway = new Map<string, string>();

  hear(connection: number, direction: 'request' | 'answer', chunk: Buffer): void {
    const name = `${connection} ${direction}`;
    let listening = this.parsers.get(name);
    if (!listening) {
      listening = parser(MQTT5);
      listening.on('packet', (packet) => this.take(connection, packet));
      this.parsers.set(name, listening);
    }
    listening.parse(chunk);
  }

  /**
   * Copies a history, leaving out acknowledgements of what the bridge never acknowledged. What the broker lost and the
   * device sent again has its place where that attempt was.
   */
  async strain(from: string, to: string): Promise<BrokerLoss> {
    const messages = new Map<string, string>();
    const orders = new OrderOfResends();
    for await (const line of linesOf(from)) {
      if (line.type !== 'sent') continue;
      messages.set(nameOf(line), digestOf(line.topic, Buffer.from(line.body, 'base64')));
      orders.sent(line.vehicleId, line.order);
    }
    const output = createWriteStream(to);
    const told = new Set<string>();
    const lost = new Set<string>();
    for await (const line of linesOf(from)) {
      const { vehicleId, order } = line;
      if (line.type === 'acknowledged') {
        told.add(nameOf(line));
        if (!this.acknowledged.has(messages.get(nameOf(line)) ?? '')) {
          lost.add(nameOf(line));
          continue;
        }
      }
      const arrivalOf = (of: number) =>
        this.arrivals.get(messages.get(nameOf({ vehicleId, order: of })) ?? '');
      const placed =
        line.type === 'run' ? line : { ...line, order: orders.placeOf(vehicleId, order, arrivalOf) };
      if (!output.write(`${JSON.stringify(placed)}\n`)) await once(output, 'drain');
    }
    output.end();
    await once(output, 'finish');
    return { acknowledgedByBroker: told.size, lost: lost.size };
  }

  private take(connection: number, packet: Packet): void {
    if (packet.cmd === 'publish') {
      const message = digestOf(packet.topic, bytesOf(packet.payload));
      if (!this.arrivals.has(message)) this.arrivals.set(message, this.arrivals.size);
      this.underway.set(`${connection} ${packet.messageId}`, message);
    } else if (packet.cmd === 'puback') {
      const name = `${connection} ${packet.messageId}`;
      const digest = this.underway.get(name);
      if (digest) this.acknowledged.add(digest);
      this.underway.delete(name);
    }
  }
}

interface Line {
  type: string;
  vehicleId: string;
  order: number;
  topic: string;
  /** base64 */
  body: string;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  for await (const text of createInterface({ input: createReadStream(file) })) yield JSON.parse(text) as Line;
}

function nameOf({ vehicleId, order }: Pick<Line, 'vehicleId' | 'order'>): string {
  return `${vehicleId} ${order}`;
}

function digestOf(topic: string, body: Buffer): string {
  return createHash('sha1').update(topic).update('\0').update(body).digest('base64');
}

function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
