import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface LinkOptions {
  /** Where it listens: by default on 127.0.0.1. */
  host?: string;
  /** 0 for any free one. */
  port?: number;
  /** Sees all bytes that go through, in order, before they do. */
  onBytes?(connection: number, direction: 'request' | 'answer', chunk: Buffer): void;
}

/** One client's connection and its continuation to the service. */
interface Pair {
  number: number;
  client: Socket;
  service: Socket;
}

/**
 * A TCP link between a client and a service that misbehaves on demand. What is asked of it holds for the
 * connections there are and for those to come, until `heal`.
 */
export class FaultyLink {
  /** Connections taken so far: zero would mean that the client goes around the link. */
  connections = 0;
  private readonly pairs = new Set<Pair>();
  private refusing = false;
  private frozen = false;
  private losing = false;
  private delayMs = 0;
  private answerBytesLeft = Infinity;

  private constructor(
    private readonly server: Server,
    private readonly options: LinkOptions,
  ) {}

  static async to(host: string, port: number, options: LinkOptions = {}): Promise<FaultyLink> {
    const server = createServer();
    const link = new FaultyLink(server, options);
    server.on('connection', (client) => link.join(client, () => connect(port, host)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resets all connections there are; new ones are taken. */
  reset(): void {
    for (const { client, service } of [...this.pairs]) {
      client.resetAndDestroy();
      service.destroy();
    }
    this.pairs.clear();
  }

  /** Resets all connections, and every new one at once. */
  refuse(): void {
    this.refusing = true;
    this.reset();
  }

  /** Nothing goes through either way, and nothing is closed: what a silently dead network looks like. */
  freeze(): void {
    this.frozen = true;
    for (const { client, service } of this.pairs) {
      client.pause();
      service.pause();
    }
  }

  /** Requests reach the service, its answers go nowhere: what was asked for happens, and nobody hears of it. */
  loseAnswers(): void {
    this.losing = true;
  }

  /** Resets a connection once this many more bytes of answers have gone through, over all connections. */
  cutAfterAnswerBytes(bytes: number): void {
    this.answerBytesLeft = bytes;
  }

  /** Each chunk, both ways, arrives this much later. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** Ends every fault. Connections whose bytes were lost are reset: what is lost stays lost. */
  heal(): void {
    const wasLosing = this.losing;
    this.refusing = this.frozen = this.losing = false;
    this.delayMs = 0;
    this.answerBytesLeft = Infinity;
    if (wasLosing) this.reset();
    for (const { client, service } of this.pairs) {
      client.resume();
      service.resume();
    }
  }

  async close(): Promise<void> {
    this.refuse();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, open: () => Socket): void {
    const pair: Pair = { number: this.connections++, client, service: open() };
    client.setNoDelay(true);
    pair.service.setNoDelay(true);
    this.pairs.add(pair);
    this.relay(pair, 'request', client, pair.service);
    this.relay(pair, 'answer', pair.service, client);
    if (this.refusing) this.reset();
    else if (this.frozen) this.freeze();
  }

  private relay(pair: Pair, direction: 'request' | 'answer', from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      this.options.onBytes?.(pair.number, direction, chunk);
      if (direction === 'answer' && !this.answers(pair, chunk)) return;
      if (this.delayMs > 0) setTimeout(() => this.pass(from, to, chunk), this.delayMs);
      else this.pass(from, to, chunk);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.pairs.delete(pair);
      if (this.delayMs > 0) setTimeout(() => to.destroy(), this.delayMs);
      else to.destroy();
    });
  }

  /** @returns whether an answer may go on. */
  private answers(pair: Pair, chunk: Buffer): boolean {
    if (this.losing) return false;
    this.answerBytesLeft -= chunk.length;
    if (this.answerBytesLeft >= 0) return true;
    this.answerBytesLeft = Infinity;
    pair.client.resetAndDestroy();
    return false;
  }

  /** The slower side sets the pace, as without a link between. */
  private pass(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.destroyed || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.frozen) from.resume();
    });
  }
}
