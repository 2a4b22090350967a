import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** For tests: stands between a client and a service, and cuts or freezes what goes through it. */
export class FaultyProxy {
  /** Connections taken so far: zero would mean that the client goes around. */
  connections = 0;
  private refusing = false;
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(private readonly server: Server) {}

  static async to(host: string, port: number): Promise<FaultyProxy> {
    const server = createServer();
    const proxy = new FaultyProxy(server);
    server.on('connection', (client) => proxy.join(client, connect(port, host)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections, and lets in no other until healed. */
  cut(): void {
    this.refusing = true;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Requests still reach the service; its answers go nowhere. Connections stay, new ones hang. */
  loseAnswers(): void {
    for (const [client, service] of this.pairs) service.unpipe(client);
    for (const [, service] of this.pairs) service.resume();
  }

  /** Connections whose answers were lost are ended: what is lost stays lost. */
  heal(): void {
    this.refusing = false;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, service: Socket): void {
    this.connections++;
    const pair: [Socket, Socket] = [client, service];
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    if (this.refusing) return void client.destroy();
    client.pipe(service);
    service.pipe(client);
  }
}
