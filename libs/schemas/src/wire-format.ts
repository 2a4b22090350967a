import type { Type } from 'avsc';

/**
 * The Confluent wire format: byte 0x00, the schema id as 4 bytes big-endian, then Avro binary.
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export const WIRE_PREFIX_BYTES = 5;
const MAGIC_BYTE = 0;

/** Scratch space that encoding grows into: one exact copy per record instead of a guess and a retry. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** @throws Error naming the field, if the value does not fit the schema. */
export function frameAvro(schemaId: number, type: Type, value: unknown): Buffer {
  let end = type.encode(value, scratch, WIRE_PREFIX_BYTES);
  if (end < 0) {
    scratch = Buffer.allocUnsafeSlow((scratch.length - end) * 2);
    end = type.encode(value, scratch, WIRE_PREFIX_BYTES);
  }
  scratch[0] = MAGIC_BYTE;
  scratch.writeUInt32BE(schemaId, 1);
  return Buffer.from(scratch.subarray(0, end));
}

/** @returns the schema id, or undefined if the bytes do not start like the wire format. */
export function schemaIdOf(body: Buffer): number | undefined {
  return body.length >= WIRE_PREFIX_BYTES && body[0] === MAGIC_BYTE ? body.readUInt32BE(1) : undefined;
}
