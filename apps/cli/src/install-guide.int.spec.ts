import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { testEnvironment } from './services.fixture.js';
import { ShippedFolders } from './shipped.fixture.js';
import { workspaceRoot } from './workspace.js';

const GUIDE = 'docs/install.md';
/** What the guide asks for after `npm run build:bundles`. */
const MADE = 'dist/images';
const WITHIN_MS = 120_000;

let shipped: ShippedFolders;
beforeAll(async () => {
  shipped = await ShippedFolders.make(MADE);
});
afterAll(() => shipped?.remove());

/** The commands that need a stack and nothing else, on ports that are free here. */
async function commands(): Promise<string> {
  const guide = readFileSync(join(workspaceRoot, GUIDE), 'utf8');
  const [, text = ''] = /<!-- runs: on a stack -->\n\n```sh\n([\s\S]*?)```/.exec(guide) ?? [];
  let script = text;
  for (const [service, port] of [
    ['bridge', 9101],
    ['processor', 9102],
    ['alerts', 9103],
  ] as const) {
    const free = await freePort();
    script = script
      .replace(`node ${MADE}/${service}/`, `NAVORA_ADMIN_PORT=${free} node ${MADE}/${service}/`)
      .replace(`127.0.0.1:${port}/`, `127.0.0.1:${free}/`);
  }
  return script;
}

/** Whatever becomes of it, nothing that it started is left. */
async function run(script: string): Promise<{ code: number | null; said: string }> {
  const { PATH } = ownEnvironment();
  const shell = spawn('bash', ['-e', '-c', script], {
    cwd: shipped.root,
    env: { PATH, ...testEnvironment() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const late = setTimeout(() => shell.kill(), WITHIN_MS);
  try {
    const [code] = (await once(shell, 'exit')) as [number | null];
    return { code, said };
  } finally {
    clearTimeout(late);
    endGroup(shell.pid);
  }
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

it(
  'the commands of the install guide carry a fleet to an audit that holds',
  async () => {
    const { code, said } = await run(await commands());
    expect(said).toMatch(/^held$/m);
    expect(code, said.slice(-3000)).toBe(0);
  },
  WITHIN_MS + 10_000,
);
