const MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof MS;

/** A length of time as people write it in files: `0s`, `30s`, `15m`, `2h`, `7d`. */
export const DURATION = /^(\d{1,6})([smhd])$/;

/** @returns ms; undefined for what is no length of time. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * MS[unit as Unit];
}

/** In the largest unit that says it exactly. */
export function durationText(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => ms % MS[each] === 0);
  return unit === undefined ? `${ms} ms` : `${ms / MS[unit]} ${unit}`;
}
