import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

/** A service that does nothing but stand still, its loop and all, for as long as a line on its stdin says. */
const SERVICE = `
  import { createMetrics, startAdminServer } from '@navora/runtime';
  const server = await startAdminServer('127.0.0.1', 0, createMetrics('test'), { notReadyBecause: () => ['never'] });
  process.stdin.on('data', (line) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(line));
    process.stdout.write('moving\\n');
  });
  process.stdout.write(server.port + '\\n');
`;

it('I13: a service is alive while its loop turns, ready or not, and not alive while its loop is stuck', async () => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@navora/source',
      '--import',
      '@swc-node/register/esm-register',
      '--input-type=module',
      '-e',
      SERVICE,
    ],
    {
      cwd: import.meta.dirname,
      env: { ...process.env, SWC_NODE_PROJECT: `${import.meta.dirname}/../../../tsconfig.base.json` },
    },
  );
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const status = (path: string, withinMs = 500) =>
      fetch(`http://127.0.0.1:${Number(line)}/health/${path}`, {
        signal: AbortSignal.timeout(withinMs),
      }).then(
        (response) => response.status,
        (error: Error) => error.name,
      );
    expect([await status('live', 10_000), await status('ready', 10_000)]).toEqual([200, 503]);
    child.stdin.write('2500');
    await expect.poll(() => status('live'), { timeout: 10_000 }).toBe('TimeoutError');
    await once(child.stdout, 'data');
    await expect.poll(() => status('live'), { timeout: 10_000 }).toBe(200);
  } finally {
    child.kill('SIGKILL');
  }
}, 30_000);
