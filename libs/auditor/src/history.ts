import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AuditError } from './audit-error.js';
import type { History, Judged, Sent } from './evidence.js';
import { deadLetterIdOfMessage, digestOf } from './ids.js';

export type Line = Record<string, unknown>;

/** Judges a sent body; Avro bodies need the registry, so it may take a while. */
export type JudgeBody = (body: Buffer, vehicleId: string, encoding: string) => Judged | Promise<Judged>;

/** Reads the sender's histories, one after the other, and merges what was sent more than once. */
export class HistoryReader {
  private readonly sent = new Map<string, Sent>();
  private readonly vehicles = new Set<string>();
  private attempts = 0;
  private startedAt = Infinity;
  private run = 0;
  /** This run's readings by vehicle and order, for the acknowledgements. */
  private inRun = new Map<string, Sent>();

  constructor(private readonly judge: JudgeBody) {}

  history(): History {
    return {
      vehicles: this.vehicles,
      sent: [...this.sent.values()],
      startedAt: this.startedAt,
      attempts: this.attempts,
    };
  }

  async readFile(file: string): Promise<void> {
    try {
      await this.readLines(file, createInterface({ input: createReadStream(file), crlfDelay: Infinity }));
    } catch (error) {
      if (error instanceof AuditError) throw error;
      throw new AuditError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async readLines(file: string, lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
    let number = 0;
    let garbage: number | undefined;
    for await (const text of lines) {
      number++;
      // A crash may tear the last line off, so garbage is only garbage once a line follows it.
      if (garbage !== undefined) throw new AuditError(`${file}:${garbage}: this is not a line of a history`);
      if (text === '') continue;
      const line = parseLine(text);
      if (line === undefined) garbage = number;
      else if (!(await this.take(line)))
        throw new AuditError(`${file}:${number}: this is not a line of a history`);
    }
  }

  private async take(line: Line): Promise<boolean> {
    if (line['type'] === 'run') {
      if (typeof line['at'] !== 'number') return false;
      this.startedAt = Math.min(this.startedAt, line['at']);
      this.run++;
      this.inRun = new Map();
      return true;
    }
    if (this.run === 0) return false;
    if (line['type'] === 'sent') return this.takeSent(line);
    return line['type'] === 'acknowledged' && this.takeAcknowledged(line);
  }

  private async takeSent(line: Line): Promise<boolean> {
    const { at, vehicleId, order, messageId, topic, encoding, body: base64 } = line;
    if (typeof at !== 'number' || typeof vehicleId !== 'string' || typeof order !== 'number') return false;
    if (typeof topic !== 'string' || typeof base64 !== 'string') return false;
    this.attempts++;
    this.vehicles.add(vehicleId);
    const body = Buffer.from(base64, 'base64');
    const digest = digestOf(body);
    const key = `${vehicleId} ${digest}`;
    let sent = this.sent.get(key);
    if (sent === undefined) {
      const judged = await this.judge(body, vehicleId, typeof encoding === 'string' ? encoding : 'json');
      const known = 'reading' in judged ? judged.reading.messageId : messageId;
      sent = {
        ...{ vehicleId, topic, digest, judged, run: this.run, order, firstSentAt: at },
        messageId: typeof known === 'string' ? known.toLowerCase() : '',
        deadLetterId: deadLetterIdOfMessage(topic, body),
      };
      this.sent.set(key, sent);
    } else if (at < sent.firstSentAt) {
      Object.assign(sent, { run: this.run, order, firstSentAt: at });
    }
    this.inRun.set(`${vehicleId} ${order}`, sent);
    return true;
  }

  private takeAcknowledged(line: Line): boolean {
    const { at, vehicleId, order, reasonCode } = line;
    if (typeof at !== 'number' || typeof vehicleId !== 'string' || typeof order !== 'number') return false;
    const sent = this.inRun.get(`${vehicleId} ${order}`);
    if (sent === undefined) return false;
    const accepted = typeof reasonCode !== 'number' || reasonCode < 0x80;
    if (accepted && (sent.acknowledgedAt === undefined || at < sent.acknowledgedAt)) sent.acknowledgedAt = at;
    return true;
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? Object.fromEntries(Object.entries(line)) : undefined;
  } catch {
    return undefined;
  }
}
