import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import type { Entry } from './entry.js';

const ENTRIES_PER_FRAME = 100;
const FRAMES_UNDER_WAY = 16;

interface Frame {
  position: number;
  length: number;
}

const compress = promisify<Buffer, { level: number }, Buffer>(deflateRaw);
const decompress = promisify<Buffer, Buffer>(inflateRaw);

/**
 * What was found, in a temporary file and by slices of vehicles, so that memory holds one slice at a time. The
 * entries of a slice come back in the order they were put. The file has no name: it is gone with the process,
 * however that ends.
 */
export class Archive {
  private readonly waiting: Entry[][];
  private readonly frames: Frame[][];
  private readonly underWay = new Set<Promise<void>>();
  private failure: unknown;
  private end = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly slices: number,
  ) {
    this.waiting = Array.from({ length: slices }, () => []);
    this.frames = Array.from({ length: slices }, () => []);
  }

  static async open(slices: number): Promise<Archive> {
    const folder = await mkdtemp(join(tmpdir(), 'navora-audit-'));
    const file = await open(join(folder, 'evidence'), 'wx+');
    await rm(folder, { recursive: true });
    return new Archive(file, slices);
  }

  /** Awaiting it keeps what is not written yet small. */
  async put(slice: number, entry: Entry): Promise<void> {
    const waiting = this.waiting[slice];
    if (waiting === undefined) throw new RangeError(`there is no slice ${slice}`);
    waiting.push(entry);
    if (waiting.length < ENTRIES_PER_FRAME) return;
    this.flush(slice);
    while (this.underWay.size >= FRAMES_UNDER_WAY) await Promise.race(this.underWay);
    if (this.failure !== undefined) throw this.failure;
  }

  /** Nothing may be put after the first slice was read. */
  async *read(slice: number): AsyncIterable<Entry> {
    await this.written();
    for (const { position, length } of this.frames[slice] ?? []) {
      const frame = Buffer.allocUnsafe(length);
      await this.file.read(frame, 0, length, position);
      yield* deserialize(await decompress(frame)) as Entry[];
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.file.close();
  }

  private async written(): Promise<void> {
    for (let slice = 0; slice < this.slices; slice++) this.flush(slice);
    await Promise.all(this.underWay);
    if (this.failure !== undefined) throw this.failure;
  }

  private flush(slice: number): void {
    const entries = this.waiting[slice];
    if (entries === undefined || entries.length === 0) return;
    this.waiting[slice] = [];
    const frame: Frame = { position: 0, length: 0 };
    this.frames[slice]?.push(frame);
    const writing = this.write(serialize(entries), frame)
      .catch((error: unknown) => (this.failure ??= error))
      .then(() => void this.underWay.delete(writing));
    this.underWay.add(writing);
  }

  private async write(bytes: Buffer, frame: Frame): Promise<void> {
    const compressed = await compress(bytes, { level: constants.Z_BEST_SPEED });
    frame.position = this.end;
    frame.length = compressed.length;
    this.end += compressed.length;
    await this.file.write(compressed, 0, compressed.length, frame.position);
  }
}
