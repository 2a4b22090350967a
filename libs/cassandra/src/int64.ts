const TWO_TO_32 = 2 ** 32;

/**
 * A whole number as a column of 64 bits takes it (bigint, timestamp). The driver takes bytes as they are; of a number
 * or a bigint it makes three more bigints on the way to the same eight bytes.
 *
 * @param value exact, so within ±2^53
 */
export function int64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32BE(Math.floor(value / TWO_TO_32), 0);
  bytes.writeUInt32BE(value >>> 0, 4);
  return bytes;
}
