import { isStorableTime } from '@navora/schemas';

/** ISO 8601 with a zone: without one nobody knows which moment is meant. */
const ISO_WITH_ZONE =
  /^(?:\d{4}|[+-]\d{6})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** @returns ms since 1970, or undefined if the value is no time of the years 1 to 9999: neither ISO 8601 with a zone nor whole ms. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return isStorableTime(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const parts = ISO_WITH_ZONE.exec(value);
  if (!parts) return undefined;
  const ms = Date.parse(value.replace(',', '.'));
  return isStorableTime(ms) && isDayOfMonth(value, Number(parts[1]), Number(parts[2])) ? ms : undefined;
}

/** `Date.parse` takes 30 February for 2 March: a device that says so is not to be believed. */
function isDayOfMonth(value: string, month: number, day: number): boolean {
  if (day <= 28) return true;
  const year = Number.parseInt(value, 10);
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return day <= lastDay.getUTCDate();
}
