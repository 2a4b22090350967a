/** The years 1 to 9999, in ms since 1970: dates of some clients end there, Python's among them. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

/** Beyond it, doubles and avsc tell neighbours no longer apart. */
const LARGEST_SEQUENCE = 2 ** 52;

export function isStorableTime(ms: number): boolean {
  return Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS;
}

export function isSequence(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= LARGEST_SEQUENCE;
}
