import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AuditError } from './audit-error.js';

interface Of {
  /** `file:line`, for errors. */
  readonly where: string;
  /** Counted from one, over all files. */
  readonly run: number;
  /** ms since 1970 */
  readonly at: number;
  readonly vehicleId: string;
  readonly order: number;
}

export interface SentLine extends Of {
  readonly type: 'sent';
  readonly messageId?: string;
  readonly recordedAt?: number;
  readonly topic: string;
  readonly encoding: string;
  readonly body: Buffer;
}

export interface AcknowledgedLine extends Of {
  readonly type: 'acknowledged';
}

export type HistoryLine = SentLine | AcknowledgedLine;

type Fields = Record<string, unknown>;

/** Reads the senders' histories line by line, one file after the other. Refusals are no acknowledgements. */
export class HistoryLines {
  /** ms since 1970; infinite before the first run. */
  startedAt = Infinity;
  private run = 0;

  /** Acknowledgements behind `countedUntil` bytes came too late to demand anything. */
  async *ofFile(file: string, countedUntil = Infinity): AsyncIterable<HistoryLine> {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    try {
      yield* this.ofText(file, lines, countedUntil);
    } catch (error) {
      if (error instanceof AuditError) throw error;
      throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async *ofText(
    file: string,
    lines: AsyncIterable<string> | Iterable<string>,
    countedUntil = Infinity,
  ): AsyncIterable<HistoryLine> {
    let number = 0;
    let bytes = 0;
    let garbage: string | undefined;
    for await (const text of lines) {
      const where = `${file}:${++number}`;
      bytes += Buffer.byteLength(text) + 1;
      // A crash may tear the last line off, so garbage is only garbage once a line follows it.
      if (garbage !== undefined) throw notALine(garbage);
      if (text === '') continue;
      const fields = parseLine(text);
      if (fields === undefined) garbage = where;
      else if (fields['type'] === 'run') this.begin(fields, where);
      else {
        const line = this.lineOf(fields, where);
        if (line && (line.type === 'sent' || bytes <= countedUntil)) yield line;
      }
    }
  }

  private begin({ at }: Fields, where: string): void {
    if (typeof at !== 'number') throw notALine(where);
    this.startedAt = Math.min(this.startedAt, at);
    this.run++;
  }

  private lineOf(fields: Fields, where: string): HistoryLine | undefined {
    const { type, at, vehicleId, order, messageId, recordedAt, topic, encoding, body, reasonCode } = fields;
    if (
      this.run === 0 ||
      typeof at !== 'number' ||
      typeof vehicleId !== 'string' ||
      typeof order !== 'number'
    )
      throw notALine(where);
    const of = { where, run: this.run, at, vehicleId, order };
    if (type === 'acknowledged')
      return typeof reasonCode === 'number' && reasonCode >= 0x80 ? undefined : { ...of, type };
    if (type !== 'sent' || typeof topic !== 'string' || typeof body !== 'string') throw notALine(where);
    return {
      ...of,
      type,
      ...(typeof messageId === 'string' ? { messageId } : {}),
      ...(typeof recordedAt === 'number' ? { recordedAt } : {}),
      topic,
      encoding: typeof encoding === 'string' ? encoding : 'json',
      body: Buffer.from(body, 'base64'),
    };
  }
}

export function notALine(where: string): AuditError {
  return new AuditError(`${where}: this is not a line of a history`);
}

function parseLine(text: string): Fields | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? Object.fromEntries(Object.entries(line)) : undefined;
  } catch {
    return undefined;
  }
}
