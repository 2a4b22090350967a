import type { Erasure } from '@navora/erasure';
import { totalOf, type Found } from './erased-remains.js';

const timeText = (ms: number) => new Date(ms).toISOString();

export const ERASURES_HEAD = line('VEHICLE', 'STATE', 'ERASED UP TO', 'KAFKA UNTIL', 'ROWS', 'BY', 'WHY');

export function erasureLine(erasure: Erasure): string {
  const { vehicleId, state, erasedAt, kafkaUntil, removed, by, comment } = erasure;
  const until = Object.values(kafkaUntil);
  return line(
    ...([vehicleId, state, timeText(erasedAt)] as const),
    ...([until.length === 0 ? '-' : timeText(Math.max(...until)), String(totalOf(removed))] as const),
    ...([by, comment ?? '-'] as const),
  );
}

function line(
  vehicle: string,
  state: string,
  at: string,
  until: string,
  rows: string,
  by: string,
  why: string,
) {
  const cells = [vehicle.padEnd(16), state.padEnd(8), at.padEnd(24), until.padEnd(24), rows.padStart(8)];
  return [...cells, by.padEnd(16), why].join('  ').trimEnd();
}

/** For programs: times as ISO 8601. */
export function erasureJson(erasure: Erasure): Record<string, unknown> {
  const { erasedAt, requestedAt, completedAt, lookedAt, kafkaUntil, ...rest } = erasure;
  return {
    ...rest,
    erasedAt: timeText(erasedAt),
    requestedAt: timeText(requestedAt),
    completedAt: completedAt === undefined ? null : timeText(completedAt),
    lookedAt: lookedAt === undefined ? null : timeText(lookedAt),
    kafkaUntil: Object.fromEntries(Object.entries(kafkaUntil).map(([topic, at]) => [topic, timeText(at)])),
  };
}

export function foundText(found: Found): string {
  const each = Object.entries(found).map(([table, count]) => `${table} ${count}`);
  return each.length === 0 ? 'nothing' : each.join(', ');
}

/** What Kafka still holds, and until when at the latest. */
export function copiesText(until: Readonly<Record<string, number | null>>): string[] {
  return Object.entries(until).map(([topic, at]) =>
    at === null ? `  ${topic}: for ever, as it is set` : `  ${topic}: until ${timeText(at)} at the latest`,
  );
}
