import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownEnvironment } from './cli-config.js';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);
const FOLDER = join(workspaceRoot, '.navora/tools/prometheus-server');

/** Prometheus and promtool, as they are run. */
export interface PrometheusPrograms {
  prometheus: string;
  promtool: string;
}

/**
 * Those on the path, or else Debian's package, unpacked by whoever needs it first: that needs no root.
 *
 * @returns in words why there are none here
 */
export async function prometheusPrograms(): Promise<PrometheusPrograms | string> {
  const installed = onThePath('prometheus');
  if (installed !== undefined) return programsIn(installed);
  try {
    if (!existsSync(FOLDER)) await unpack();
    return programsIn(join(FOLDER, 'usr/bin'));
  } catch (error) {
    const reason = `this needs Prometheus: on the path, or by apt-get and dpkg, which failed: ${String(error)}`;
    // Vitest says that a test was skipped, and not why.
    console.log(`skipped: ${reason}`);
    return reason;
  }
}

function programsIn(folder: string): PrometheusPrograms {
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}

function onThePath(program: string): string | undefined {
  return (ownEnvironment()['PATH'] ?? '').split(':').find((folder) => existsSync(join(folder, program)));
}

async function unpack(): Promise<void> {
  const partial = `${FOLDER}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await run('apt-get', ['download', 'prometheus'], { cwd: partial }).catch(async () => {
      // The system's lists may be missing or old, and only root may renew those.
      const lists = join(partial, 'apt');
      mkdirSync(join(lists, 'lists/partial'), { recursive: true });
      mkdirSync(join(lists, 'archives/partial'), { recursive: true });
      const own = ['-o', `Dir::State::lists=${join(lists, 'lists')}`, '-o', `Dir::Cache=${lists}`];
      await run('apt-get', [...own, '-q', 'update'], { cwd: partial });
      await run('apt-get', [...own, 'download', 'prometheus'], { cwd: partial });
    });
    const archive = readdirSync(partial).find((name) => name.endsWith('.deb')) ?? '';
    await run('dpkg', ['-x', archive, '.'], { cwd: partial });
    for (const rest of [archive, 'apt']) rmSync(join(partial, rest), { recursive: true, force: true });
    if (!existsSync(FOLDER)) renameSync(partial, FOLDER);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
