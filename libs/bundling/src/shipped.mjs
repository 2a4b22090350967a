import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { atItsPlace, bundler, programOf } from './bundle.mjs';
import { noticesOf } from './notices.mjs';

const TABLES = ['apps/processor', 'apps/alerts', 'apps/cli', 'libs/devices', 'libs/erasure'];

/**
 * What is shipped, by the name of its image: the source file that is the program, and the files it looks for when
 * nobody names others. All paths are relative to the workspace.
 */
export const SHIPPED = {
  bridge: { entry: 'apps/mqtt-bridge/src/main.ts', files: [] },
  processor: { entry: 'apps/processor/src/main.ts', files: ['config/rules.yaml'] },
  alerts: { entry: 'apps/alerts/src/main.ts', files: ['config/rules.yaml'] },
  navora: {
    entry: 'apps/cli/src/shipped.ts',
    files: [
      'config/rules.yaml',
      ...TABLES.map((owner) => `${owner}/migrations`),
      'libs/schemas/avro',
      'libs/schemas/released',
    ],
  },
};

/** @typedef {keyof typeof SHIPPED} ShippedName */

/** What only a machine with the repository reaches: commands that are not shipped import it when they are used. */
const NOT_SHIPPED = ['esbuild', 'testcontainers'];

/** In two pieces: this source too is bundled, into the command, where the whole would become a path. */
const OWN_URL = 'import.meta' + '.url';

/** Packages that were made to be loaded by `require`, within a file that is loaded by `import`. */
const REQUIRE = `import { createRequire as navoraCreateRequire } from 'node:module';
import { dirname as navoraDirname } from 'node:path';
import { fileURLToPath as navoraPathOf } from 'node:url';
const require = navoraCreateRequire(${OWN_URL});
const __filename = navoraPathOf(${OWN_URL});
const __dirname = navoraDirname(__filename);`;

/**
 * Makes a folder that is all a program needs but Node: `main.mjs` with everything that it imports, installed packages
 * included, their notices, and the files it looks for, each at its path in the workspace.
 *
 * @param {string} workspaceRoot
 * @param {ShippedName} name
 * @param {string} folder made anew
 * @throws esbuild's `BuildFailure`, and `MissingNotice`
 */
export async function ship(workspaceRoot, name, folder) {
  const { entry, files } = SHIPPED[name];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { build } = await bundler();
  const { metafile, outputFiles } = await build({
    // As if it stood in the workspace: its source map then names the sources as the workspace does.
    ...programOf({ entry: join(workspaceRoot, entry), file: join(workspaceRoot, 'main.mjs'), workspaceRoot }),
    absWorkingDir: workspaceRoot,
    write: /** @type {const} */ (false),
    minifySyntax: true,
    minifyWhitespace: true,
    // Stack traces name our sources; the sources themselves need not come along.
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: REQUIRE },
    metafile: /** @type {const} */ (true),
    external: NOT_SHIPPED,
    plugins: [keepPlaces(workspaceRoot), leaveMissingOutside()],
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    noticesOf(workspaceRoot, Object.keys(metafile.inputs)),
  );
  for (const file of files) cpSync(join(workspaceRoot, file), join(folder, file), { recursive: true });
  cpSync(join(workspaceRoot, 'LICENSE'), join(folder, 'LICENSE'));
}

/**
 * The folder stands for the workspace: a source that names a file relative to itself finds it there, wherever the
 * folder is.
 *
 * @param {string} workspaceRoot
 * @returns {import('esbuild').Plugin}
 */
function keepPlaces(workspaceRoot) {
  return {
    name: 'places',
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
        if (path.includes(`${sep}node_modules${sep}`)) return undefined;
        const place = relative(workspaceRoot, path).split(sep).join('/');
        const url = `new URL(${JSON.stringify(place)}, ${OWN_URL}).href`;
        const folder = `navoraDirname(navoraPathOf(${url}))`;
        return { contents: atItsPlace(readFileSync(path, 'utf8'), { url, folder }), loader: 'ts' };
      });
    },
  };
}

/**
 * Packages of others ask for optional ones that nobody installed, and cope with their absence.
 *
 * @returns {import('esbuild').Plugin}
 */
function leaveMissingOutside() {
  const asked = Symbol('asked');
  return {
    name: 'missing packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === asked || !importer.includes('node_modules'))
          return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: asked });
        return found.errors.length > 0 ? { path, external: true } : undefined;
      });
    },
  };
}
