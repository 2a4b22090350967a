import { createReadStream } from 'node:fs';
import type { Reading } from '@navora/schemas';
import { csvRecords, type CsvRecord } from './csv-records.js';
import { messageOf, SimulatorError } from './simulator-error.js';
import { tripReading } from './trip-reading.js';

const REQUIRED = ['vehicleId', 'recordedAt'];
/** Names that mean something else in a reading's body. */
const RESERVED = ['location', 'extras', '__proto__'];

export type TripLine = { line: number } & (
  | { reading: Reading }
  /** What is wrong with the line, which is left out. */
  | { problems: string[] }
  /** The line says the same as an earlier one: the same reading, recorded twice. */
  | { repeated: true }
);

/**
 * Reads recorded trips, line by line.
 * @throws SimulatorError if there is no such file, or its header does not tell vehicle and time.
 */
export async function* readTrips(path: string): AsyncGenerator<TripLine> {
  const text = createReadStream(path, { encoding: 'utf8' });
  try {
    yield* tripLines(text, path);
  } catch (error) {
    if (error instanceof SimulatorError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new SimulatorError(
      `${path} cannot be read: ${missing ? 'there is no such file' : messageOf(error)}.`,
    );
  } finally {
    text.destroy();
  }
}

/** @param path names the file in messages. */
export async function* tripLines(text: AsyncIterable<string>, path: string): AsyncGenerator<TripLine> {
  const records = csvRecords(text);
  const columns = columnsOf((await records.next()).value as CsvRecord | undefined, path);
  const seen = new Set<string>();
  for await (const record of records) {
    const { line } = record;
    if ('problem' in record) {
      yield { line, problems: [record.problem] };
      continue;
    }
    const { fields } = record;
    if (fields.length !== columns.length) {
      yield { line, problems: [`${fields.length} columns instead of ${columns.length}`] };
      continue;
    }
    const named = new Map<string, string>();
    fields.forEach((value, index) => value !== '' && named.set(columns[index] ?? '', value));
    const trip = tripReading(named);
    if ('problems' in trip) {
      yield { line, ...trip };
      continue;
    }
    const key = `${trip.reading.vehicleId}/${trip.reading.recordedAt}/${trip.reading.messageId}`;
    yield seen.has(key) ? { line, repeated: true } : { line, ...trip };
    seen.add(key);
  }
}

function columnsOf(header: CsvRecord | undefined, path: string): string[] {
  if (!header) throw new SimulatorError(`${path} is empty: its first line must name the columns.`);
  if ('problem' in header) throw new SimulatorError(`${path}: the line of column names ${header.problem}.`);
  const columns = header.fields;
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new SimulatorError(
      `${path} has no column ${missing.join(' and no column ')}; it has: ${columns.join(', ')}.`,
    );
  }
  const unnamed = columns.indexOf('');
  if (unnamed >= 0) throw new SimulatorError(`${path}: column ${unnamed + 1} has no name.`);
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice) throw new SimulatorError(`${path} has two columns named ${twice}.`);
  const reserved = columns.find((name) => RESERVED.includes(name));
  if (reserved) throw new SimulatorError(`${path}: a column cannot be named ${reserved}.`);
  return columns;
}
