import type { Spread } from './ratios.js';
import type { SideSummary } from './summary.js';

export const HEAD = [
  'leg',
  'side',
  'records',
  'a second (min-max)',
  'Navora is faster by',
  'bytes a row',
  'lost',
  'doubled',
  'out of order',
  'altered',
];

export function rowsOf(summaries: readonly SideSummary[]): string[][] {
  return summaries.map((one) => [
    one.leg,
    one.side,
    grouped(one.records),
    rateOf(one),
    one.navoraTo ? ratioText(one.navoraTo) : '',
    one.bytesPerRow === undefined ? '' : one.bytesPerRow.toFixed(0),
    ...[one.lost, one.duplicated, one.outOfOrder, one.altered].map(String),
  ]);
}

function rateOf({ rate, runs, valid, failures }: SideSummary): string {
  if (!rate) return failures.length > 0 ? 'failed' : 'void';
  const text = spreadText(rate, grouped);
  return valid < runs ? `${text}, ${runs - valid} of ${runs} void` : text;
}

export function ratioText(ratio: Spread): string {
  return spreadText(ratio, (value) => value.toFixed(2));
}

function spreadText({ median, min, max }: Spread, text: (value: number) => string): string {
  return min === max ? text(median) : `${text(median)} (${text(min)}-${text(max)})`;
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Plain text, columns under each other. */
export function textTable(head: readonly string[], rows: readonly string[][]): string {
  const all = [[...head], ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

export function markdownTable(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
