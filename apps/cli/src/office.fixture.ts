import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A notification as it reached the office. */
export interface Told {
  /** The same for every attempt. */
  webhookId: string;
  type: string;
  alertId: string;
  vehicleId: string;
}

/** Whom a webhook tells: a real HTTP endpoint, and the notifications file that leads to it. */
export class Office {
  readonly told: Told[] = [];

  private constructor(
    private readonly server: Server,
    /** For `NAVORA_NOTIFICATIONS_FILE`. */
    readonly file: string,
  ) {}

  /** @param route of a notification to this office, as YAML says it. */
  static async open(folder: string, channel: string, route: string): Promise<Office> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(folder, `${channel}.yaml`);
    writeFileSync(join(folder, `${channel}.secret`), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    writeFileSync(
      file,
      `channels:
  ${channel}: { kind: webhook, url: 'http://127.0.0.1:${port}/', secretFile: ${channel}.secret }
routes:
  - { channel: ${channel}, ${route} }
`,
    );
    const office = new Office(server, file);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const { type, data } = JSON.parse(body) as { type: string; data: { id: string; vehicleId: string } };
        const webhookId = String(request.headers['webhook-id']);
        office.told.push({ webhookId, type, alertId: data.id, vehicleId: data.vehicleId });
        response.writeHead(204).end();
      });
    });
    return office;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
