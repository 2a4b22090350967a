#!/usr/bin/env node
// Runs the command from its TypeScript sources: the workspace is the installation.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const child = spawn(
  process.execPath,
  [
    '--conditions=@navora/source',
    '--import',
    import.meta.resolve('@swc-node/register/esm-register'),
    join(here, '../src/main.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { SWC_NODE_PROJECT: join(root, 'tsconfig.base.json'), ...process.env } },
);
// A terminal sends Ctrl-C to both of us; a plain kill reaches only this process, so it is handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : 15);
});
