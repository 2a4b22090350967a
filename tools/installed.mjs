import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const marker = join(root, 'node_modules/.navora-lockfile');

/** Installs the dependencies, unless exactly those of the lockfile are there. Ends the process if it cannot. */
export async function installed() {
  requireNode(20, 19);
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lockfile) return;
  const started = Date.now();
  process.stdout.write('installing the dependencies (npm ci) …\n');
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    },
  );
  if (status !== 0) {
    const why = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(stderr ?? '')
      ? 'the npm registry was not reached: run this again with network'
      : 'npm ci failed';
    process.stderr.write(
      `Dependencies could not be installed: ${why}.\n${(error?.message ?? stderr ?? '').trim().split('\n').slice(0, 8).join('\n')}\n`,
    );
    process.exit(1);
  }
  writeFileSync(marker, lockfile);
  process.stdout.write(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  process.stderr.write(
    `Navora needs Node ${major}.${minor} or newer, and this is ${process.version}: install a newer one (https://nodejs.org).\n`,
  );
  process.exit(1);
}
