import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, parser, type IConnackPacket, type Packet } from 'mqtt-packet';
import { PubackReader } from './puback-reader.js';
import type { PublishTemplates } from './publish-template.js';

const MQTT5 = { protocolVersion: 5 };
const PACKET_IDS = 65_536;
/** Well below the 65,535 that MQTT allows: an id is free again only with its PUBACK. */
const MOST_IN_FLIGHT = 60_000;
/** What the broker does not read stays with us no further than this, so that our memory does not grow with its delay. */
const MOST_BYTES_WAITING = 8 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

/** One MQTT connection that sends for many vehicles. */
export class Publisher {
  private readonly numbers = new Float64Array(PACKET_IDS).fill(-1);
  private nextId = 1;
  private inFlightCount = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly templates: PublishTemplates,
    private readonly mostInFlight: number,
    private readonly onAcknowledged: (number: number, reasonCode: number) => void,
  ) {
    const reader = new PubackReader((packetId, reasonCode) => this.acknowledged(packetId, reasonCode));
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('close', () => {
      throw new Error('the broker closed the connection');
    });
  }

  /** @throws when the broker does not let us in. */
  static async open(
    mqttUrl: string,
    clientId: string,
    templates: PublishTemplates,
    onAcknowledged: (number: number, reasonCode: number) => void,
  ): Promise<Publisher> {
    const { hostname, port } = new URL(mqttUrl);
    const socket = connect({ host: hostname, port: Number(port || 1883), noDelay: true });
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    const connack = connackOn(socket);
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clientId,
        clean: true,
        keepalive: 0,
      }),
    );
    const { reasonCode, properties } = await connack;
    if (reasonCode !== 0) throw new Error(`the broker refused the connection (${reasonCode})`);
    const mostInFlight = Math.min(MOST_IN_FLIGHT, properties?.receiveMaximum ?? MOST_IN_FLIGHT);
    return new Publisher(socket, templates, mostInFlight, onAcknowledged);
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  /**
   * Sends these readings, in this order, with one write.
   * @returns how many: what the broker does not take now has to wait
   */
  send(numbers: number[]): number {
    const room = Math.min(numbers.length, this.mostInFlight - this.inFlightCount);
    if (room <= 0 || this.socket.writableLength > MOST_BYTES_WAITING) return 0;
    const packets = Buffer.allocUnsafe(room * this.templates.packetBytes);
    let at = 0;
    for (let i = 0; i < room; i++) {
      const number = numbers[i] as number;
      at = this.templates.write(packets, at, this.takeId(number), number);
    }
    this.inFlightCount += room;
    this.socket.write(packets);
    return room;
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.end(generate({ cmd: 'disconnect' }, MQTT5));
  }

  private takeId(number: number): number {
    while (this.numbers[this.nextId] !== -1) this.nextId = (this.nextId % (PACKET_IDS - 1)) + 1;
    this.numbers[this.nextId] = number;
    return this.nextId;
  }

  private acknowledged(packetId: number, reasonCode: number): void {
    const number = this.numbers[packetId] as number;
    if (number < 0) throw new Error(`the broker acknowledged ${packetId}, which is not under way`);
    this.numbers[packetId] = -1;
    this.inFlightCount--;
    this.onAcknowledged(number, reasonCode);
  }
}

/** The first packet that comes. What comes with it would be lost, but nothing does before we publish. */
function connackOn(socket: Socket): Promise<IConnackPacket> {
  const parse = parser(MQTT5);
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => parse.parse(chunk);
    socket.on('data', read);
    socket.once('error', reject);
    parse.on('error', reject);
    parse.on('packet', (packet: Packet) => {
      socket.off('data', read);
      if (packet.cmd === 'connack') resolve(packet);
      else reject(new Error(`the broker answered CONNECT with ${packet.cmd}`));
    });
  });
}
