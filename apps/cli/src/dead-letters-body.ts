import { ReadingCodec, schemaIdOf, type SchemaSource } from '@navora/schemas';
import { printable } from './dead-letters-lines.js';

/** How much of a body that nobody can read is shown; `--raw` writes all. */
const MOST_DUMPED_BYTES = 4096;
const BYTES_A_LINE = 16;

/** A body for people: as a reading when its schema says so, as JSON when it is some, else its bytes. */
export async function bodyText(body: Buffer | null, schemas: SchemaSource): Promise<string> {
  if (body === null || body.length === 0) return 'none';
  const reading = await readingIn(body, schemas);
  if (reading) return `${body.length} bytes, Avro of schema ${schemaIdOf(body)}\n${reading}`;
  const json = jsonIn(body);
  return json === undefined
    ? `${body.length} bytes\n${hexDump(body)}`
    : `${body.length} bytes, JSON\n${json}`;
}

async function readingIn(body: Buffer, schemas: SchemaSource): Promise<string | undefined> {
  const id = schemaIdOf(body);
  const codec = new ReadingCodec(schemas);
  if (id === undefined || !(await codec.learn(id))) return undefined;
  const decoded = codec.decode(body);
  return 'reading' in decoded ? printable(JSON.stringify(decoded.reading, null, 1)) : undefined;
}

function jsonIn(body: Buffer): string | undefined {
  try {
    return printable(JSON.stringify(JSON.parse(body.toString()), null, 1));
  } catch {
    return undefined;
  }
}

export function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_DUMPED_BYTES); at += BYTES_A_LINE) {
    const part = bytes.subarray(at, at + BYTES_A_LINE);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...part]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(BYTES_A_LINE * 3 - 1)}  ${text}`);
  }
  if (bytes.length > MOST_DUMPED_BYTES)
    lines.push(`… the first ${MOST_DUMPED_BYTES} of ${bytes.length} bytes; --raw writes all`);
  return lines.join('\n');
}
