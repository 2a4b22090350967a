import { readFile } from 'node:fs/promises';
import { AuditError } from './audit-error.js';
import type { Fault } from './evidence.js';

/** A fault may show for a while after it is healed, and its clock is another one. */
const AFTERMATH_MS = 30_000;

/** Reads JSON lines `{"type":"fault","code","what","from","to"}`, ms since 1970; other types are left alone. */
export async function readFaultLog(file: string): Promise<Fault[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  return parseFaultLog(text, file);
}

export function parseFaultLog(text: string, file: string): Fault[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const fault = parseFault(line);
    if (fault === undefined) throw new AuditError(`${file}:${index + 1}: this is not a line of a fault log`);
    return fault === 'another type' ? [] : [fault];
  });
}

function parseFault(line: string): Fault | 'another type' | undefined {
  const fields = parse(line);
  if (fields === undefined) return undefined;
  const { type, code, what, from, to } = fields;
  if (type !== 'fault') return typeof type === 'string' ? 'another type' : undefined;
  if (typeof code !== 'string' || typeof what !== 'string' || typeof from !== 'number') return undefined;
  // A fault without an end was not healed.
  return { code, what, from, to: typeof to === 'number' ? to : Infinity };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null ? { ...fields } : undefined;
  } catch {
    return undefined;
  }
}

/** Those under way at that time, or not long over. */
export function faultsAround(faults: readonly Fault[], time: number | undefined): Fault[] {
  if (time === undefined) return [];
  return faults.filter(({ from, to }) => from - AFTERMATH_MS <= time && time <= to + AFTERMATH_MS);
}
