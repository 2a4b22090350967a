const MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as people write it: `30s`, `15m`, `24h`, `7d`. */
export const DURATION = /^(\d{1,6})([smhd])$/;

/** @returns ms; undefined for what is no length of time. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * MS[unit as keyof typeof MS];
}
