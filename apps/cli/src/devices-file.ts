import { type DeviceFacts, factsOf, idProblem } from '@navora/devices';
import type { CsvRecord } from '@navora/simulator';
import { CommandFailure } from './failure.js';

export interface DeviceLine extends DeviceFacts {
  /** Counted from 1. */
  line: number;
  vehicleId: string;
}

const COLUMNS = ['vehicleId', 'group', 'driver'] as const;

/**
 * The devices of a CSV file, by the names in its first line.
 *
 * @param file names the file in messages
 * @throws CommandFailure when the first line does not name the columns
 */
export async function* deviceLines(
  records: AsyncGenerator<CsvRecord>,
  file: string,
): AsyncGenerator<DeviceLine | { line: number; problem: string }> {
  const first = await records.next();
  const names = first.done || 'problem' in first.value ? [] : first.value.fields;
  const unknown = names.find((name) => !COLUMNS.some((column) => column === name));
  if (unknown !== undefined)
    throw new CommandFailure(`${file}: unknown column "${unknown}"; there are ${COLUMNS.join(', ')}`);
  if (!names.includes('vehicleId'))
    throw new CommandFailure(`${file}: its first line names no column vehicleId`);

  const seen = new Map<string, number>();
  for await (const record of records) {
    const { line } = record;
    if ('problem' in record) {
      yield record;
      continue;
    }
    const value = (name: (typeof COLUMNS)[number]) => record.fields[names.indexOf(name)] || undefined;
    const [vehicleId, group, driver] = [value('vehicleId'), value('group'), value('driver')];
    const problem = vehicleId === undefined ? undefined : idProblem(vehicleId);
    const before = vehicleId === undefined ? undefined : seen.get(vehicleId);
    if (record.fields.length !== names.length)
      yield { line, problem: `${record.fields.length} columns instead of ${names.length}` };
    else if (vehicleId === undefined) yield { line, problem: 'no vehicleId' };
    else if (problem !== undefined) yield { line, problem };
    else if (before !== undefined) yield { line, problem: `${vehicleId} is in line ${before} already` };
    else {
      seen.set(vehicleId, line);
      yield { line, vehicleId, ...factsOf({ group, driver }) };
    }
  }
}
