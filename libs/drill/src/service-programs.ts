import { join } from 'node:path';
import { bundle, freshProgram } from '@navora/bundling';
import { SERVICES, type ServiceName } from './services.js';

/** Another text for a source, if any: what a drill may change about the services. */
export type SourceOf = (path: string, source: string) => string | undefined;

/**
 * The services as one JavaScript file each, so that one that was killed is back at once: compiling the sources
 * takes seconds of a processor that the load needs.
 */
export async function servicePrograms(
  workspaceRoot: string,
  sourceOf?: SourceOf,
): Promise<Record<ServiceName, string>> {
  const programs = await Promise.all(
    SERVICES.map(async (service): Promise<[ServiceName, string]> => {
      const entry = `apps/${service}/src/main.ts`;
      if (!sourceOf) return [service, await freshProgram(workspaceRoot, service, entry)];
      const file = join(workspaceRoot, '.navora/programs', `${service}-variant.mjs`);
      await bundle({ entry: join(workspaceRoot, entry), file, workspaceRoot, sourceOf });
      return [service, file];
    }),
  );
  return Object.fromEntries(programs) as Record<ServiceName, string>;
}
