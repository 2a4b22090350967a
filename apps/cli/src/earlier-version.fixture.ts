import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServiceName } from '@navora/drill';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);

/** What goes into the images, as an earlier commit makes it: with its sources, dependencies and tools. */
export interface EarlierVersion {
  /** As git names it. */
  commit: string;
  programs: Record<ServiceName, string>;
  /** The command, to be run with Node. */
  navora: string;
  remove(): void;
}

/**
 * @param ref a tag, branch or commit; without it the newest release, and before the first one the commit that this
 * one stands so many commits after
 * @throws Error when the history does not reach as far back, or the commit cannot be built
 */
export async function earlierVersion(ref?: string, commitsAgo = 20): Promise<EarlierVersion> {
  const from = ref ?? (await newestRelease()) ?? `HEAD~${commitsAgo}`;
  const commit = await git('rev-parse', '--short', '--verify', `${from}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'navora-earlier-'));
  const [sources, images] = [join(folder, 'sources'), join(folder, 'images')];
  mkdirSync(sources);
  await git('archive', '--format=tar', `--output=${join(folder, 'sources.tar')}`, commit);
  await run('tar', ['-xf', join(folder, 'sources.tar'), '-C', sources]);
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: sources,
  });
  await run(process.execPath, ['tools/bundles.mjs', images], { cwd: sources });
  rmSync(sources, { recursive: true });
  return {
    commit,
    programs: programsIn(images),
    navora: join(images, 'navora/main.mjs'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** What goes into an image is a folder with `main.mjs`. */
export function programsIn(images: string): Record<ServiceName, string> {
  const program = (image: string) => join(images, image, 'main.mjs');
  return { 'mqtt-bridge': program('bridge'), processor: program('processor'), alerts: program('alerts') };
}

async function newestRelease(): Promise<string | undefined> {
  const tag = await git('describe', '--tags', '--abbrev=0', '--match', 'v*', 'HEAD~1').catch(() => undefined);
  return tag || undefined;
}

async function git(...args: string[]): Promise<string> {
  return (await run('git', ['-C', workspaceRoot, ...args])).stdout.trim();
}
