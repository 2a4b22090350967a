import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutgoingReading } from './outgoing-reading.js';
import { messageOf, SimulatorError } from './simulator-error.js';

/** A crash of the sender loses at most the lines of this long. */
const FLUSH_EVERY_MS = 100;

export interface RunHead {
  at: number;
  seed: number | null;
  vehicles: number | null;
  prefix: string | null;
}

/** The sender's history: what was sent and what was acknowledged, for an audit to compare with. */
export class History {
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #failure: SimulatorError | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
  }

  /** @throws SimulatorError if the file cannot be written. */
  static async create(path: string, head: RunHead): Promise<History> {
    const file = await openFile(path).catch((error: unknown) => {
      throw new SimulatorError(`The history file ${path} cannot be written: ${messageOf(error)}.`);
    });
    const history = new History(path, file);
    history.#lines.push(JSON.stringify({ type: 'run', ...head }));
    return history;
  }

  /** Set once a write failed: from then on the history is incomplete, and the run is of no use for an audit. */
  get failure(): SimulatorError | undefined {
    return this.#failure;
  }

  /** To be called before the attempt it tells of. */
  sent(reading: OutgoingReading, topic: string, at: number): void {
    this.#lines.push(sentLine(reading, topic, at));
  }

  acknowledged(reading: OutgoingReading, reasonCode: number, at: number): void {
    this.#lines.push(acknowledgedLine(reading, reasonCode, at));
  }

  flush(): Promise<void> {
    if (this.#lines.length > 0 && !this.#failure) {
      const text = `${this.#lines.join('\n')}\n`;
      this.#lines = [];
      this.#writing = this.#writing.then(() => this.#write(text));
    }
    return this.#writing;
  }

  /** @throws SimulatorError if any line could not be written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.file.close();
    if (this.#failure) throw this.#failure;
  }

  async #write(text: string): Promise<void> {
    try {
      await this.file.appendFile(text);
    } catch (error) {
      this.#failure ??= new SimulatorError(
        `The history file ${this.path} can no longer be written: ${messageOf(error)}.`,
      );
    }
  }
}

async function openFile(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'w');
}

export function sentLine(reading: OutgoingReading, topic: string, at: number): string {
  return JSON.stringify({
    type: 'sent',
    at,
    vehicleId: reading.vehicleId,
    order: reading.order,
    messageId: reading.messageId,
    recordedAt: reading.recordedAt,
    topic,
    encoding: reading.encoding,
    attempt: reading.attempt,
    body: reading.body.toString('base64'),
  });
}

export function acknowledgedLine(reading: OutgoingReading, reasonCode: number, at: number): string {
  const { vehicleId, order } = reading;
  return JSON.stringify({ type: 'acknowledged', at, vehicleId, order, reasonCode });
}
