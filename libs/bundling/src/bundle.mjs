// Plain JavaScript: the command uses it before it can read TypeScript.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

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
  const { build } = await bundler();
  /** @type {Set<string>} */
  const sources = new Set();
  const { outputFiles } = await build({
    ...programOf({ entry, file, workspaceRoot }),
    sourcemap: true,
    write: /** @type {const} */ (false),
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

/** Loaded when it is needed: what is shipped carries this source, and no bundler. */
export function bundler() {
  return import('esbuild');
}

/**
 * What is the same whatever a program is made for.
 *
 * @param {Pick<Program, 'entry' | 'file' | 'workspaceRoot'>} program
 */
export function programOf({ entry, file, workspaceRoot }) {
  return {
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: /** @type {const} */ ('node'),
    format: /** @type {const} */ ('esm'),
    target: 'node20',
    conditions: ['@navora/source'],
    tsconfig: join(workspaceRoot, 'tsconfig.base.json'),
    logLevel: /** @type {const} */ ('silent'),
  };
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
        const url = JSON.stringify(pathToFileURL(path).href);
        const folder = JSON.stringify(dirname(path));
        return { contents: atItsPlace(sourceOf(path, source) ?? source, { url, folder }), loader: 'ts' };
      });
    },
  };
}

/**
 * Files are found relative to the source that names them, not to the bundle. (Patterns, not texts: this source too
 * is bundled, into the command, and must not be changed by itself.)
 *
 * @param {string} source
 * @param {{ url: string, folder: string }} place expressions in JavaScript
 */
export function atItsPlace(source, { url, folder }) {
  return source.replace(/import\.meta\.url/g, () => url).replace(/import\.meta\.dirname/g, () => folder);
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
