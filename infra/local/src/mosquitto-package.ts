import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './config.js';
import { findOnPath } from './java.js';
import { runToEnd } from './run-to-end.js';
import { StackError } from './stack-error.js';

const advice =
  'mosquitto is missing and could not be unpacked from the Debian packages here: install it (Debian: apt-get install mosquitto; macOS: brew install mosquitto) and run this again';

const folder = (downloads: string): string => join(downloads, 'mosquitto');

export function unpackedMosquitto(downloads: string): { program: string; libraries: string } | undefined {
  const program = join(folder(downloads), 'usr/sbin/mosquitto');
  if (!existsSync(program)) return undefined;
  return { program, libraries: libraryFolders(folder(downloads)).join(':') };
}

/** Where Debian puts libraries: `usr/lib/<architecture>` and `lib/<architecture>`. */
function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((lib) =>
    existsSync(join(root, lib)) ? readdirSync(join(root, lib)).map((name) => join(root, lib, name)) : [],
  );
}

/** The Debian package and those of its libraries that are not installed, unpacked side by side: needs no root. */
export async function unpackMosquitto(downloads: string, signal: AbortSignal): Promise<void> {
  if (!findOnPath('apt-get') || !findOnPath('dpkg')) throw new StackError(`${advice}.`);
  const partial = `${folder(downloads)}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await downloadPackages(partial, [], signal).catch(async () => {
      await downloadPackages(partial, await freshPackageLists(partial, signal), signal);
    });
    for (const file of readdirSync(partial).filter((name) => name.endsWith('.deb'))) {
      await runToEnd('dpkg', ['-x', join(partial, file), partial], signal);
      rmSync(join(partial, file));
    }
    rmSync(join(partial, 'apt'), { recursive: true, force: true });
    await checkLibraries(partial, signal);
    if (!existsSync(folder(downloads))) renameSync(partial, folder(downloads));
  } catch (error) {
    if (signal.aborted) throw error;
    throw new StackError(`${advice} (${error instanceof Error ? error.message : String(error)}).`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function downloadPackages(partial: string, apt: string[], signal: AbortSignal): Promise<void> {
  const packages = ['mosquitto', ...(await missingLibraries(apt, signal))];
  await runToEnd('apt-get', [...apt, 'download', ...packages], signal, { cwd: partial });
}

/** Package lists of our own, fetched now: the system's may be missing or old, and only root may renew those. */
async function freshPackageLists(partial: string, signal: AbortSignal): Promise<string[]> {
  const state = join(partial, 'apt');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'archives/partial'), { recursive: true });
  const apt = ['-o', `Dir::State::lists=${join(state, 'lists')}`, '-o', `Dir::Cache=${state}`];
  await runToEnd('apt-get', [...apt, '-q', 'update'], signal);
  return apt;
}

async function missingLibraries(apt: string[], signal: AbortSignal): Promise<string[]> {
  const all = await runToEnd(
    'apt-cache',
    [
      ...apt,
      'depends',
      '--recurse',
      '--no-recommends',
      '--no-suggests',
      '--no-conflicts',
      '--no-breaks',
      '--no-replaces',
      '--no-enhances',
      'mosquitto',
    ],
    signal,
  );
  const libraries = [...new Set(all.split('\n').filter((name) => /^lib[a-z0-9.+-]+$/.test(name)))];
  const installed = await runToEnd('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n'], signal);
  const have = new Set(
    installed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  // An alternative of libsystemd0 that must not be unpacked beside it.
  return libraries.filter((name) => !have.has(name) && name !== 'libelogind0');
}

async function checkLibraries(root: string, signal: AbortSignal): Promise<void> {
  const env = childEnvironment({ LD_LIBRARY_PATH: libraryFolders(root).join(':') });
  const links = await runToEnd('ldd', [join(root, 'usr/sbin/mosquitto')], signal, { env });
  const missing = links.split('\n').filter((line) => line.includes('not found'));
  if (missing.length > 0) throw new Error(`libraries not found: ${missing.join(', ').trim()}`);
}
