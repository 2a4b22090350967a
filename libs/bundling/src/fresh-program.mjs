import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * A program as one JavaScript file, kept in `.navora/programs` and made again when one of its sources, or what is
 * installed, has changed. Several processes may ask at once.
 *
 * @param {string} workspaceRoot
 * @param {string} name of the program: the file's name
 * @param {string} entry the source file that is the program, relative to the workspace
 * @returns {Promise<string>} the file's absolute path
 * @throws esbuild's `BuildFailure`, which names file and line, for a source it cannot read
 */
export async function freshProgram(workspaceRoot, name, entry) {
  const file = join(workspaceRoot, '.navora/programs', `${name}.mjs`);
  const list = `${file}.sources.json`;
  if (isFresh(list)) return file;
  // Until the new list is there, nobody takes the file for fresh.
  rmSync(list, { force: true });
  const startedAt = Date.now();
  // The bundler is needed now and then only, and takes its time to load.
  const { bundle } = await import('./bundle.mjs');
  const sources = await bundle({ entry: join(workspaceRoot, entry), file, workspaceRoot });
  const stamps = stampsOf([...sources, ...whatDecidesHow(workspaceRoot)]);
  // A source that was saved meanwhile may be in the program or not: the next one makes it anew.
  if (Object.values(stamps).every(({ changedAt }) => changedAt < startedAt)) keep(list, stamps);
  return file;
}

/**
 * What is made of the same sources depends on these too.
 *
 * @param {string} workspaceRoot
 */
function whatDecidesHow(workspaceRoot) {
  return [
    join(workspaceRoot, 'package-lock.json'),
    join(workspaceRoot, 'tsconfig.base.json'),
    join(here, 'bundle.mjs'),
  ];
}

/**
 * @typedef {Record<string, { changedAt: number, size: number }>} Stamps by absolute path; ms since the epoch, bytes
 */

/** @param {string} list */
function isFresh(list) {
  try {
    /** @type {Stamps} */
    const known = JSON.parse(readFileSync(list, 'utf8'));
    const now = stampsOf(Object.keys(known));
    return JSON.stringify(known) === JSON.stringify(now);
  } catch {
    return false; // never made, or a source is gone
  }
}

/**
 * @param {string} list
 * @param {Stamps} stamps
 */
function keep(list, stamps) {
  const draft = `${list}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamps));
  renameSync(draft, list);
}

/**
 * @param {string[]} paths
 * @returns {Stamps}
 */
function stampsOf(paths) {
  return Object.fromEntries(
    paths.map((path) => {
      const { mtimeMs, size } = statSync(path);
      return [path, { changedAt: mtimeMs, size }];
    }),
  );
}
