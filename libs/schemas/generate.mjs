// Writes what follows from avro/*.avsc: TypeScript types and the schema texts into src/generated, and the JSON Schema of
// readings into json. Run: npm run generate -w libs/schemas
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { jsonSchemaOf } from './json-schema.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const PRIMITIVES = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

/** @returns the TypeScript type of an Avro type; records met on the way are added to `declared`. */
function typeOf(avro, declared) {
  if (Array.isArray(avro))
    return [...avro]
      .sort((a, b) => (a === 'null') - (b === 'null'))
      .map((branch) => typeOf(branch, declared))
      .join(' | ');
  if (typeof avro === 'string') return PRIMITIVES[avro] ?? avro.split('.').pop();
  switch (avro.type) {
    case 'record':
      declare(avro, declared);
      return avro.name;
    case 'enum':
      declared.push(
        `export type ${avro.name} = ${avro.symbols.map((symbol) => `'${symbol}'`).join(' | ')};\n`,
      );
      return avro.name;
    case 'array': {
      const items = typeOf(avro.items, declared);
      return items.includes('|') ? `(${items})[]` : `${items}[]`;
    }
    case 'map':
      return `Record<string, ${typeOf(avro.values, declared)}>`;
    default:
      return typeOf(avro.type, declared);
  }
}

function comment(doc, indent) {
  return doc ? `${indent}/** ${doc} */\n` : '';
}

/** What a field is, and what its number counts. */
function describe({ doc, unit, vss }) {
  const measured = unit ? `In ${unit} (VSS ${vss}).` : vss ? `VSS ${vss}.` : '';
  return [doc, measured].filter(Boolean).join(' ');
}

function declare(record, declared) {
  const fields = record.fields.map(
    (field) => `${comment(describe(field), '  ')}  ${field.name}: ${typeOf(field.type, declared)};\n`,
  );
  declared.push(`${comment(record.doc, '')}export interface ${record.name} {\n${fields.join('')}}\n`);
}

/** @returns {Record<string, string>} path in this folder to text */
export function generate() {
  const files = {};
  for (const name of readdirSync(join(here, 'avro')).sort()) {
    const schema = schemaIn(name);
    const declared = [];
    declare(schema, declared);
    const constant = `${schema.name[0].toLowerCase()}${schema.name.slice(1)}Schema`;
    files[`src/generated/${name.replace('.avsc', '.ts')}`] =
      `// Generated from avro/${name} by generate.mjs. Do not edit.\n\n${declared.join('\n')}\nexport const ${constant} = ${JSON.stringify(schema, null, 2)};\n`;
  }
  files['json/reading.schema.json'] = `${JSON.stringify(jsonSchemaOf(schemaIn('reading.avsc')), null, 2)}\n`;
  return files;
}

function schemaIn(name) {
  return JSON.parse(readFileSync(join(here, 'avro', name), 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(generate())) {
    mkdirSync(dirname(join(here, path)), { recursive: true });
    writeFileSync(join(here, path), text);
  }
}
