import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How far a log was read. */
export interface LogPlace {
  /** Which file: it keeps its number when it is renamed. */
  inode: number;
  offset: number;
}

export interface ReadLine {
  text: string;
  /** Offset of its first byte. */
  offset: number;
}

export interface LogPart {
  lines: ReadLine[];
  /** Behind the last of them. */
  place: LogPlace;
}

const PART_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads a log as it is written, a part at a time. A file that was renamed is read to its end before its successor: it
 * is final once there is a successor. After a restart the remembered one is looked for under its own name and as
 * `<name>.1`.
 */
export class LogFollower {
  private file: { descriptor: number; place: LogPlace } | undefined;
  /** Whether the remembered file was gone: what was written in between is not known. */
  lostTheThread = false;

  constructor(
    private readonly path: string,
    private remembered: LogPlace | undefined,
  ) {}

  /** @returns undefined when there is nothing new, or no file */
  read(): LogPart | undefined {
    this.file ??= this.open();
    if (!this.file) return undefined;
    // Asked before the reading: of a file with a successor the end that is found then is the last.
    const successor = this.hasSuccessor(this.file.place);
    const part = this.readPart(this.file);
    if (part || !successor) return part;
    this.close();
    this.remembered = undefined;
    this.file = this.open();
    return this.file && this.readPart(this.file);
  }

  /** Whether there is a log to read. */
  get isThere(): boolean {
    return this.file !== undefined;
  }

  /** Bytes that are written and not read. */
  get behind(): number {
    return this.file ? fstatSync(this.file.descriptor).size - this.file.place.offset : 0;
  }

  /** The next reading opens it again, where it was. */
  close(): void {
    if (!this.file) return;
    this.remembered = this.file.place;
    closeSync(this.file.descriptor);
    this.file = undefined;
  }

  private open(): { descriptor: number; place: LogPlace } | undefined {
    const { remembered } = this;
    const candidates = remembered ? [this.path, `${this.path}.1`] : [];
    const found = candidates.find((path) => inodeOf(path) === remembered?.inode);
    if (found === undefined && inodeOf(this.path) === undefined) return undefined;
    this.remembered = undefined;
    this.lostTheThread = remembered !== undefined && found === undefined;
    const descriptor = openSync(found ?? this.path, 'r');
    const offset = found === undefined ? 0 : (remembered?.offset ?? 0);
    return { descriptor, place: { inode: fstatSync(descriptor).ino, offset } };
  }

  private hasSuccessor({ inode }: LogPlace): boolean {
    const now = inodeOf(this.path);
    return now !== undefined && now !== inode;
  }

  private readPart(file: { descriptor: number; place: LogPlace }): LogPart | undefined {
    const { descriptor, place } = file;
    // Shorter than it was: it was emptied, and begins anew.
    if (fstatSync(descriptor).size < place.offset) place.offset = 0;
    const bytes = Buffer.alloc(PART_BYTES);
    const count = readSync(descriptor, bytes, 0, PART_BYTES, place.offset);
    const end = bytes.subarray(0, count).lastIndexOf(NEWLINE) + 1;
    // Half a line is read when it is whole; what fills a part without an end is no line of a log.
    const taken = end === 0 && count === PART_BYTES ? count : end;
    if (taken === 0) return undefined;
    const lines = linesOf(bytes.subarray(0, taken), place.offset);
    place.offset += taken;
    return { lines, place: { ...place } };
  }
}

function linesOf(bytes: Buffer, at: number): ReadLine[] {
  const lines: ReadLine[] = [];
  for (let begin = 0; begin < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, begin);
    const end = found === -1 ? bytes.length : found;
    lines.push({ text: bytes.toString('utf8', begin, end), offset: at + begin });
    begin = end + 1;
  }
  return lines;
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
