import { parse } from 'csv-parse/sync';
import { messageOf } from './simulator-error.js';

/** A quoted field may go on over so many lines; a quote that is never closed spoils one line, not the rest. */
const MOST_LINES_OF_A_RECORD = 50;

/** One record of a CSV file, with the line it begins on, counted from 1. */
export type CsvRecord = { line: number; fields: string[] } | { line: number; problem: string };

/** Reads CSV line by line, so that a broken line costs that line only. Empty lines are passed over. */
export async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const lines = new LineQueue(linesOf(text));
  for (let line = await lines.take(); line; line = await lines.take()) {
    if (line.text.trim() === '') continue;
    const record = await withContinuation(line.text, lines);
    try {
      const [fields = []] = parse(record.text, { trim: true, relax_column_count: true });
      lines.drop(record.further);
      yield { line: line.number, fields };
    } catch (error) {
      yield { line: line.number, problem: `is not CSV: ${reasonOf(error)}` };
    }
  }
}

/** Lines without their ends, whether LF or CRLF; without a byte order mark. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  let first = true;
  for await (const chunk of text) {
    rest += first ? chunk.replace(/^\uFEFF/, '') : chunk;
    first &&= chunk === '';
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

/** An odd number of quotes means that a quoted field goes on; it ends where the number becomes even. */
async function withContinuation(first: string, lines: LineQueue): Promise<{ text: string; further: number }> {
  let text = first;
  for (let further = 0; further < MOST_LINES_OF_A_RECORD; further++) {
    if (quotesIn(text) % 2 === 0) return { text, further };
    const next = await lines.peek(further);
    if (next === undefined) break;
    text += `\n${next}`;
  }
  return { text: first, further: 0 };
}

function quotesIn(text: string): number {
  return text.split('"').length - 1;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is opened and never closed';
  if (code === 'INVALID_OPENING_QUOTE') return 'a quote in the middle of a field';
  if (code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE') {
    return 'text after a closing quote';
  }
  return messageOf(error);
}

/** Lines that can be looked at before they are taken. */
class LineQueue {
  readonly #ahead: string[] = [];
  #taken = 0;

  constructor(private readonly lines: AsyncGenerator<string>) {}

  async take(): Promise<{ text: string; number: number } | undefined> {
    const text = await this.peek(0);
    if (text === undefined) return undefined;
    this.drop(1);
    return { text, number: this.#taken };
  }

  async peek(index: number): Promise<string | undefined> {
    while (this.#ahead.length <= index) {
      const next = await this.lines.next();
      if (next.done) return undefined;
      this.#ahead.push(next.value);
    }
    return this.#ahead[index];
  }

  drop(count: number): void {
    this.#taken += this.#ahead.splice(0, count).length;
  }
}
