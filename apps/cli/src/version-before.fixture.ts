import { join } from 'node:path';
import { servicePrograms, type ServiceName } from '@navora/drill';
import { readingSchema, type AvroRecord } from '@navora/schemas';
import { workspaceRoot } from './workspace.js';

/** Fields that today's sources can do without. */
type Removable = 'cargoTemperatureC';

/** The services as they were before a field of a reading was one of ours, and what they write with. */
export interface VersionBefore {
  schema: AvroRecord;
  programs: Record<ServiceName, string>;
}

/** Makes them of today's sources, where the field stands in the schema and in what the bridge knows of JSON. */
export async function versionBefore(field: Removable): Promise<VersionBefore> {
  const schema = { ...readingSchema, fields: readingSchema.fields.filter(({ name }) => name !== field) };
  if (schema.fields.length !== readingSchema.fields.length - 1) throw new Error(`there is no field ${field}`);
  const changes = new Map([
    [
      join(workspaceRoot, 'libs/schemas/src/generated/reading.ts'),
      (source: string) =>
        replaced(
          source,
          /export const readingSchema = [\s\S]*;\n$/,
          `export const readingSchema = ${JSON.stringify(schema)};\n`,
        ),
    ],
    [
      join(workspaceRoot, 'apps/mqtt-bridge/src/json-reading.ts'),
      (source: string) => replaced(source, new RegExp(`^ {2}${field}: true,$`, 'm'), ''),
    ],
  ]);
  const programs = await servicePrograms(workspaceRoot, (path, source) => changes.get(path)?.(source));
  return { schema: schema as AvroRecord, programs };
}

function replaced(source: string, what: RegExp, by: string): string {
  const text = source.replace(what, () => by);
  if (text === source) throw new Error(`the sources have nothing like ${what} any more`);
  return text;
}
