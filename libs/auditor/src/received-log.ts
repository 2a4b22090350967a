import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AuditError } from './audit-error.js';

export interface ReceivedMessage {
  readonly topic: string;
  /** As `digestOf` writes it. */
  readonly digest: string;
}

/** What a tap between broker and bridge saw: JSON lines `{"type":"received","at","topic","sha256"}`. */
export async function* readReceivedLog(file: string): AsyncIterable<ReceivedMessage> {
  try {
    yield* receivedIn(file, createInterface({ input: createReadStream(file), crlfDelay: Infinity }));
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function* receivedIn(
  file: string,
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncIterable<ReceivedMessage> {
  let number = 0;
  let garbage: number | undefined;
  for await (const text of lines) {
    number++;
    if (garbage !== undefined) throw new AuditError(`${file}:${garbage}: this is not a line of a tap`);
    if (text === '') continue;
    const message = parse(text);
    // A tap that was killed may leave a torn last line.
    if (message === undefined) garbage = number;
    else yield message;
  }
}

function parse(text: string): ReceivedMessage | undefined {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null) return undefined;
    const { type, topic, sha256 }: Record<string, unknown> = { ...line };
    if (type !== 'received' || typeof topic !== 'string' || typeof sha256 !== 'string') return undefined;
    if (!/^[0-9a-f]{64}$/i.test(sha256)) return undefined;
    return { topic, digest: Buffer.from(sha256, 'hex').toString('base64') };
  } catch {
    return undefined;
  }
}
