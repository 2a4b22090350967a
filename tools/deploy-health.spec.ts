import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../infra/docker/health.mjs', import.meta.url));

let service: Server;
let url: string;
beforeAll(async () => {
  service = createServer((request, response) => {
    const ready = request.url === '/health/ready';
    response.writeHead(ready ? 200 : 503).end(ready ? '' : '{"because":["Kafka does not answer"]}');
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(() => service.close());

async function asked(urls: string[], env: Record<string, string> = {}) {
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...urls], { env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

it('asks the service of its own image by its admin port', async () => {
  const { code } = await asked([], { NAVORA_ADMIN_PORT: new URL(url).port });
  expect(code).toBe(0);
});

it('says of each service whether it is ready and why not, and fails if one is not', async () => {
  const { code, stdout } = await asked([
    `${url}/health/ready`,
    `${url}/other`,
    'http://127.0.0.1:1/health/ready',
  ]);
  expect(code).toBe(1);
  expect(stdout.split('\n')).toEqual([
    `${url}/health/ready: ready`,
    `${url}/other: {"because":["Kafka does not answer"]}`,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/health\/ready: \S/),
    '',
  ]);
});
