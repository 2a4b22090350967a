import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parser, type Packet, type Parser } from 'mqtt-packet';

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

  /** Copies a history, leaving out acknowledgements of what the bridge never acknowledged. */
  async strain(from: string, to: string): Promise<BrokerLoss> {
    const output = createWriteStream(to);
    const bodies = new Map<string, string>();
    const told = new Set<string>();
    const lost = new Set<string>();
    for await (const text of createInterface({ input: createReadStream(from) })) {
      const line = JSON.parse(text) as Line;
      const reading = `${line.vehicleId} ${line.order}`;
      if (line.type === 'sent') bodies.set(reading, digestOf(line.topic, Buffer.from(line.body, 'base64')));
      if (line.type === 'acknowledged') {
        told.add(reading);
        if (!this.acknowledged.has(bodies.get(reading) ?? '')) {
          lost.add(reading);
          continue;
        }
      }
      if (!output.write(`${text}\n`)) await once(output, 'drain');
    }
    output.end();
    await once(output, 'finish');
    return { acknowledgedByBroker: told.size, lost: lost.size };
  }

  private take(connection: number, packet: Packet): void {
    if (packet.cmd === 'publish') {
      this.underway.set(`${connection} ${packet.messageId}`, digestOf(packet.topic, bytesOf(packet.payload)));
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

function digestOf(topic: string, body: Buffer): string {
  return createHash('sha1').update(topic).update('\0').update(body).digest('base64');
}

function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
