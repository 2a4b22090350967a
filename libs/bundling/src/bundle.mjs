// Plain JavaScript: the command uses it before it can read TypeScript.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * @typedef {object} Program
 * @property {string} entry the source file that is the program
 * @property {string} file the JavaScript file to write
 * @property {string} workspaceRoot
 * @property {(path: string, source: string) => string | undefined} [sourceOf] another text for a source, if any
 */

/**
 * Makes one JavaScript file of a program and of the workspace's packages it imports; what is installed stays
 * outside, and is found where the importing source would find it. Whoever reads the file meanwhile reads the old one.
 *
 * @param {Program} program
 * @returns {Promise<string[]>} the sources it was made of: absolute paths
 * @throws esbuild's `BuildFailure`, which names file and line, for a source it cannot read
 */
export async function bundle({ entry, file, workspaceRoot, sourceOf = () => undefined }) {
  /** @type {Set<string>} */
  const sources = new Set();
  const { outputFiles } = await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@navora/source'],
    tsconfig: join(workspaceRoot, 'tsconfig.base.json'),
    sourcemap: true,
    write: false,
    logLevel: 'silent',
    plugins: [readSources(sources, sourceOf), leaveInstalledOutside()],
  });
  mkdirSync(dirname(file), { recursive: true });
  for (const { path, contents } of outputFiles) {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, contents);
    renameSync(draft, path);
  }
  return [...sources];
}

/**
 * @param {Set<string>} sources
 * @param {NonNullable<Program['sourceOf']>} sourceOf
 * @returns {import('esbuild').Plugin}
 */
function readSources(sources, sourceOf) {
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
        sources.add(path);
        const source = readFileSync(path, 'utf8');
        return { contents: atItsPlace(path, sourceOf(path, source) ?? source), loader: 'ts' };
      });
    },
  };
}

/**
 * Files are found relative to the source that names them, not to the bundle. (Patterns, not texts: this source too
 * is bundled, into the command, and must not be changed by itself.)
 *
 * @param {string} path
 * @param {string} source
 */
function atItsPlace(path, source) {
  return source
    .replace(/import\.meta\.url/g, () => JSON.stringify(pathToFileURL(path).href))
    .replace(/import\.meta\.dirname/g, () => JSON.stringify(dirname(path)));
}

/** @returns {import('esbuild').Plugin} */
function leaveInstalledOutside() {
  const asked = Symbol('asked');
  return {
    name: 'installed packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || path.startsWith('@navora/') || pluginData === asked) return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: asked });
        // What is not installed fails when it is asked for: an optional package may be missing.
        if (found.external || found.errors.length > 0) return { path, external: true };
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}
