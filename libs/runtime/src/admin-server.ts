import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What a probe may ask of a service. */
export interface Health {
  /** Why the service cannot work now, in words; empty when it can. */
  notReadyBecause(): string[];
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Alerts go by it: unlike a probe it says for how long a service was not ready. */
export function gaugeReadiness(metrics: Registry, health: Health): void {
  new Gauge({
    name: 'navora_ready',
    help: '1 while the service says that it is ready, as /health/ready does',
    registers: [metrics],
    collect() {
      this.set(health.notReadyBecause().length === 0 ? 1 : 0);
    },
  });
}

/**
 * `/health/live` answers while the event loop turns, `/health/ready` tells whether and why not,
 * `/metrics` is Prometheus text. On its own port, so that it is never in the way of messages.
 */
export async function startAdminServer(
  host: string,
  port: number,
  metrics: Registry,
  health: Health,
): Promise<AdminServer> {
  gaugeReadiness(metrics, health);
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', metrics, health).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, metrics: Registry, health: Health) {
  const json = (status: number, value: unknown) => ({
    status,
    type: 'application/json',
    body: JSON.stringify(value),
  });
  switch (path) {
    case '/health/live':
      return json(200, { live: true });
    case '/health/ready': {
      const because = health.notReadyBecause();
      return json(because.length === 0 ? 200 : 503, { ready: because.length === 0, because });
    }
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
    default:
      return json(404, { error: `no ${path} here: /health/live, /health/ready, /metrics` });
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken: set NAVORA_ADMIN_PORT to another, or to 0 for any`)
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
}
