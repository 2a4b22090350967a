import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { testEnvironment } from './services.fixture.js';
import { ShippedFolders } from './shipped.fixture.js';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);
const GUIDE = 'docs/install.md';
/** What the guide asks for after `npm run build:bundles`. */
const MADE = 'dist/images';

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

it('the commands of the install guide carry a fleet to an audit that holds', async () => {
  const script = await commands();
  expect(script).toContain('migrate');
  const { PATH } = ownEnvironment();
  const { stdout } = await run('bash', ['-e', '-c', script], {
    cwd: shipped.root,
    env: { PATH, ...testEnvironment() },
  });
  expect(stdout).toMatch(/^held$/m);
}, 180_000);
