import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { parser as createParser, type Packet } from 'mqtt-packet';

/** What went over one connection, both ways, in order. */
export interface Tap {
  fromBridge: Packet[];
  fromBroker: Packet[];
}

/** Stands between the bridge and the broker, notes what passes, cuts, and holds back. */
export class TappedProxy {
  readonly taps: Tap[] = [];
  /** While true, nothing the bridge writes reaches the broker: no PUBACK, but no broken connection either. */
  holdsBridge = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (bridge) => this.join(bridge));
  }

  static async open(target: string): Promise<TappedProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TappedProxy(server, new URL(target));
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections, without a word. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.sockets.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(bridge: Socket): void {
    const broker = connect(Number(this.target.port || 1883), this.target.hostname);
    const tap: Tap = { fromBridge: [], fromBroker: [] };
    this.taps.push(tap);
    const fromBridge = packetsInto(tap.fromBridge);
    const fromBroker = packetsInto(tap.fromBroker);
    bridge.on('data', (chunk: Buffer) => {
      if (this.holdsBridge) return;
      fromBridge(chunk);
      broker.write(chunk);
    });
    broker.on('data', (chunk: Buffer) => {
      fromBroker(chunk);
      bridge.write(chunk);
    });
    for (const [socket, other] of [
      [bridge, broker],
      [broker, bridge],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.end();
      });
    }
  }
}

function packetsInto(packets: Packet[]): (chunk: Buffer) => void {
  const parser = createParser({ protocolVersion: 5 });
  parser.on('packet', (packet) => packets.push(packet));
  return (chunk) => void parser.parse(chunk);
}

/** The packet ids of the QoS 1 messages among the packets, in order. */
export function publishedIds(packets: Packet[]): number[] {
  return packets.flatMap(({ cmd, messageId }) => (cmd === 'publish' && messageId ? [messageId] : []));
}

export function pubackIds(packets: Packet[]): number[] {
  return packets.flatMap(({ cmd, messageId }) => (cmd === 'puback' && messageId ? [messageId] : []));
}
