import { InvalidArgumentError } from 'commander';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `30m`, `2h`, `7d`, or seconds without a unit. @returns ms */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected a duration such as 90s, 30m, 2h or 7d');
  return Number(match[1]) * UNIT_MS[(match[2] ?? 's') as keyof typeof UNIT_MS];
}

/** ISO 8601, ms since 1970, or how long ago: `2h`. @returns ms since 1970 */
export function parseTime(text: string): number {
  if (/^\d+(?:\.\d+)?[smhd]$/.test(text)) return Date.now() - parseDuration(text);
  if (/^\d{12,}$/.test(text)) return Number(text);
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError(
      'expected a time such as 2026-11-22T08:00:00Z, 2026-11-22, or how long ago, such as 2h',
    );
  return ms;
}
