import { readFileSync } from 'node:fs';
import type { AvroRecord } from '@navora/schemas';
import { CommandFailure } from './failure.js';

/** @throws CommandFailure that names the file and what is wrong with it. */
export function readSchema(file: string): AvroRecord {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return schemaFrom(text, file);
}

/** @param origin of the text, for whoever reads the complaint */
export function schemaFrom(text: string, origin: string): AvroRecord {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(`${origin} is no JSON: ${(error as Error).message}`);
  }
  if (!isRecord(schema))
    throw new CommandFailure(
      `${origin} is no schema of a record: it needs "type": "record", a name and fields`,
    );
  return schema;
}

function isRecord(schema: unknown): schema is AvroRecord {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, name, fields } = schema as Partial<AvroRecord>;
  return type === 'record' && typeof name === 'string' && Array.isArray(fields);
}
