import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Mood =
  'well' | 'refusing' | 'failing' | 'silent' | 'trickling' | 'a stranger' | 'a stranger who finds nothing';

/** Stands before the real registry, and answers like a registry in trouble. */
export class MoodyRegistry {
  mood: Mood = 'well';
  asked = 0;
  private readonly server: Server;

  constructor(private readonly realUrl: string) {
    this.server = createServer((request, response) => {
      this.asked++;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => void this.answer(request.method ?? 'GET', request.url ?? '/', body, response));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(method: string, path: string, body: string, response: ServerResponse): Promise<void> {
    switch (this.mood) {
      case 'refusing':
        return void response.destroy();
      case 'failing':
        return void response.writeHead(500).end('{"error_code":50001,"message":"no store"}');
      case 'silent':
        return;
      case 'trickling':
        response.writeHead(200, { 'content-type': 'application/json' });
        return trickle(response);
      case 'a stranger':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
      case 'a stranger who finds nothing':
        return void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>404</html>');
      case 'well': {
        const real = await fetch(this.realUrl + path, {
          method,
          ...(body && { body, headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' } }),
        });
        response.writeHead(real.status, { 'content-type': 'application/json' }).end(await real.text());
      }
    }
  }
}

/** A byte now and then, for ever. */
function trickle(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(' ');
  setTimeout(() => trickle(response), 300);
}
