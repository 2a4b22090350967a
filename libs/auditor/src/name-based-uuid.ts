import { createHash } from 'node:crypto';

/** UUID version 5 (RFC 9562, section 5.5) of the concatenated parts, in lower case. */
export function nameBasedUuid(namespace: string, ...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha1').update(Buffer.from(namespace.replaceAll('-', ''), 'hex'));
  for (const part of parts) hash.update(part);
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
