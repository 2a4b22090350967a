import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { SERVICES, type ServiceName } from './services.js';

export type SourceOf = (path: string, source: string) => string | undefined;

/**
 * The services as one JavaScript file each, so that one that was killed is back at once: compiling the sources
 * takes seconds of a processor that the load needs. What is installed stays outside.
 */
export async function bundleServices(
  workspaceRoot: string,
  sourceOf: SourceOf = () => undefined,
): Promise<Record<ServiceName, string>> {
  const programs = await Promise.all(
    SERVICES.map(async (service): Promise<[ServiceName, string]> => {
      const folder = join(workspaceRoot, 'apps', service);
      // As deep as the sources, since files are found relative to them.
      const program = join(folder, 'dist', 'drilled.mjs');
      mkdirSync(join(folder, 'dist'), { recursive: true });
      await build({
        entryPoints: [join(folder, 'src/main.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        conditions: ['@navora/source'],
        tsconfig: join(workspaceRoot, 'tsconfig.base.json'),
        sourcemap: true,
        logLevel: 'silent',
        plugins: [
          {
            name: 'variants',
            setup({ onLoad }) {
              onLoad({ filter: /\.ts$/ }, ({ path }) => {
                const contents = sourceOf(path, readFileSync(path, 'utf8'));
                return contents === undefined ? undefined : { contents, loader: 'ts' };
              });
            },
          },
          {
            name: 'installed packages stay outside',
            setup({ onResolve }) {
              onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
                kind === 'entry-point' || path.startsWith('@navora/') ? undefined : { external: true },
              );
            },
          },
        ],
      });
      return [service, program];
    }),
  );
  return Object.fromEntries(programs) as Record<ServiceName, string>;
}
