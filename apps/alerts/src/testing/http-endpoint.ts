import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  body: string;
  /** ms since 1970 */
  at: number;
}

/** For tests: a real HTTP endpoint that answers with `status`, or not at all while that is `silence`. */
export class HttpEndpoint {
  /** Every request, whatever was answered. */
  readonly requests: ReceivedRequest[] = [];
  status: number | 'silence' = 204;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<HttpEndpoint> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const endpoint = new HttpEndpoint(server, `http://127.0.0.1:${port}/hooks/alerts`);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        endpoint.requests.push({ headers: request.headers, body, at: Date.now() });
        if (endpoint.status !== 'silence') response.writeHead(endpoint.status).end();
      });
    });
    return endpoint;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
