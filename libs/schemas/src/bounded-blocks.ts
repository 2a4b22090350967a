import avsc, { type Type } from 'avsc';
import { setEntry } from './set-entry.js';

/** What avsc reads from: the bytes, and how far it has come. Private to avsc, which is pinned. */
interface Tap {
  buf: Buffer;
  pos: number;
  readLong(): number;
  readString(): string;
  isValid(): boolean;
}
type Reads = { _read(tap: Tap): unknown };

/**
 * Avro writes maps and arrays as blocks: a count, and so many entries. avsc believes the count, and finds out that
 * the bytes have long been at their end only after the last entry: forty bytes that promise 2^52 entries would
 * keep the whole process busy for years. An entry takes a byte at least, so a count beyond the bytes that are left
 * is a lie.
 */
export function boundBlocks(): void {
  const { MapType, ArrayType } = avsc.types as unknown as Record<
    'MapType' | 'ArrayType',
    { prototype: object }
  >;
  Object.assign(MapType.prototype, { _read: readMap });
  Object.assign(ArrayType.prototype, { _read: readArray });
}

function readMap(this: { valuesType: Type & Reads }, tap: Tap): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (let left = countOf(tap); left > 0; left = countOf(tap)) {
    for (; left > 0; left--) {
      const key = tap.readString();
      setEntry(values, key, this.valuesType._read(tap));
    }
  }
  return values;
}

function readArray(this: { itemsType: Type & Reads }, tap: Tap): unknown[] {
  const items: unknown[] = [];
  for (let left = countOf(tap); left > 0; left = countOf(tap)) {
    for (; left > 0; left--) items.push(this.itemsType._read(tap));
  }
  return items;
}

function countOf(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    // The block's size in bytes follows, for those who skip it.
    tap.readLong();
    count = -count;
  }
  const left = tap.buf.length - tap.pos;
  if (count > Math.max(left, 0)) {
    throw new Error(`a block of ${count} entries, with ${Math.max(left, 0)} bytes left`);
  }
  return count;
}
