/** A value that cannot be what its column says; the message says why. */
export class BadValue extends Error {}

export function numberIn(text: string, low: number, high: number): number {
  const value = plainNumber(text);
  if (value === undefined) throw new BadValue(`"${text}" is not a number`);
  if (value < low || value > high) throw new BadValue(`${text} is impossible, it must be ${low} to ${high}`);
  return value;
}

export function wholeNumber(text: string): number {
  const value = numberIn(text, 0, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(value)) throw new BadValue(`"${text}" is not a whole number`);
  return value;
}

export function trueOrFalse(text: string): boolean {
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw new BadValue(`"${text}" is neither true nor false`);
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i;
const MS = /^\d{1,15}$/;

/** @returns ms since 1970. */
export function timeOf(text: string): number {
  if (MS.test(text)) return Number(text);
  const [, year, month, day, time, zone] = ISO.exec(text) ?? [];
  if (!time) throw new BadValue(`"${text}" is not a time: ISO 8601 with a zone, or ms since 1970`);
  if (!zone) throw new BadValue(`"${text}" names no time zone`);
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${offset}`);
  // JavaScript takes 30 February for 1 March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number.isNaN(ms) || Number(day) > lastDay) throw new BadValue(`"${text}" is not a time that exists`);
  return ms;
}

const MOST_EXACT_DIGITS = 15;

/** A value of a column nobody knows: a number if it is written like one, true or false, or else text. */
export function scalarOf(text: string): number | boolean | string {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  // Leading zeros and long digit strings are codes; as numbers they would not come back as they were.
  const code = /^[+-]?0\d/.test(text) || text.replace(/\D/g, '').length > MOST_EXACT_DIGITS;
  return code ? text : (plainNumber(text) ?? text);
}

function plainNumber(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
