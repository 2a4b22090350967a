import { CONTENT_TYPE, type DeadLetterReason } from '@navora/schemas';

export interface HostileMessage {
  kind: string;
  topic: string;
  body: Buffer;
  contentType: string | undefined;
  /** How it must end: as a dead letter for this reason, or on to the processor, which knows more schemas. */
  fate: DeadLetterReason | 'unverified';
}

interface Target {
  topicOf(vehicle: string): string;
  /** A reading of `otherVehicle`, as Avro in the wire format, with nothing in its extras. */
  avro: Buffer;
}

type Draw = Pick<HostileMessage, 'body' | 'fate'> & Partial<Pick<HostileMessage, 'topic' | 'contentType'>>;

const TIME = '"recordedAt":1763800000000';
const LARGEST_BODY = 64 * 1024;

/** An endless stream of bodies nobody should send; the same seed makes the same stream. */
export class HostileBodies {
  private state: number;

  constructor(
    seed: number,
    private readonly target: Target,
  ) {
    this.state = seed >>> 0;
  }

  next(): HostileMessage {
    const [kind, draw] = this.pick(this.kinds) as [string, () => Draw];
    const topic = this.target.topicOf(`hostile-${this.below(200)}`);
    return { kind, topic, contentType: undefined, ...draw() };
  }

  /** Some are drawn more often than others: what is large is rare, as it is on the road. */
  private readonly kinds = Object.entries({
    randomBytes: () => this.bad(this.notZeroFirst(this.bytes(1 + this.below(300)))),
    randomBytesCalledAvro: () =>
      this.bad(this.notZeroFirst(this.bytes(1 + this.below(300))), CONTENT_TYPE.avro),
    shorterThanAnId: () => this.bad(this.bytes(1 + this.below(4)).fill(0, 0, 1), CONTENT_TYPE.avro),
    truncatedAvro: () => this.bad(this.target.avro.subarray(0, 5 + this.below(this.target.avro.length - 5))),
    avroWithMore: () => this.bad(Buffer.concat([this.target.avro, this.bytes(1 + this.below(20))])),
    avroTextOfHugeLength: () => this.bad(this.after(5, this.hugeLong())),
    avroMapOfHugeCount: () => this.bad(this.after(-1, this.hugeLong())),
    avroMapOfHugeNegativeCount: () => this.bad(this.after(-1, this.hugeNegativeLong(), this.hugeLong())),
    avroOfAnotherVehicle: (): Draw => ({ body: this.target.avro, fate: 'vehicle-mismatch' }),
    unknownSchema: () => this.unverified(1_000_000 + this.below(0x7000_0000)),
    negativeSchemaId: () => this.unverified(0x8000_0000 + this.below(0x7000_0000)),
    deepArrays: () => this.bad(Buffer.from(`{${TIME},"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)),
    deepArraysUnclosed: () => this.bad(Buffer.from('['.repeat(1 + this.below(LARGEST_BODY)))),
    deepObjects: () => this.bad(Buffer.from(`{${TIME},"a":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`)),
    longNames: () => this.bad(longNames()),
    invalidUtf8: () => this.bad(Buffer.from(`{${TIME},"driver":"K\xefm${this.salt()}"}`, 'latin1')),
    infinity: () => this.bad(Buffer.from(`{${TIME},"speedKph":1e999,"salt":"${this.salt()}"}`)),
    hugeNumber: () => this.bad(Buffer.from(`{${TIME},"sequence":${'9'.repeat(1 + this.below(4000) + 20)}}`)),
    notANumber: () => this.bad(Buffer.from(`{${TIME},"speedKph":NaN,"salt":"${this.salt()}"}`)),
    minusInfinity: () => this.bad(Buffer.from(`{${TIME},"speedKph":-Infinity,"salt":"${this.salt()}"}`)),
    prototype: () =>
      this.bad(Buffer.from(`{"__proto__":{${TIME}},"constructor":{"prototype":1},"salt":"${this.salt()}"}`)),
    lastOfTwoCounts: () => this.bad(Buffer.from(`{${TIME},"recordedAt":"never","salt":"${this.salt()}"}`)),
    loneSurrogate: () => this.bad(Buffer.from(`{${TIME},"driver":"\\ud800","salt":"${this.salt()}"}`)),
    byteOrderMark: () => this.bad(Buffer.from(`\ufeff{${TIME},"salt":"${this.salt()}"}`)),
    noTime: () => this.bad(Buffer.from(`{"speedKph":80,"salt":"${this.salt()}"}`)),
    impossibleDay: () =>
      this.bad(Buffer.from(`{"recordedAt":"2026-02-30T00:00:00Z","salt":"${this.salt()}"}`)),
    notAnObject: () => this.bad(Buffer.from(`"${this.salt()}"`)),
    jsonOfAnotherVehicle: (): Draw => ({
      body: Buffer.from(`{${TIME},"vehicleId":"another","salt":"${this.salt()}"}`),
      fate: 'vehicle-mismatch',
    }),
    empty: (): Draw => ({ body: Buffer.alloc(0), fate: 'empty-body' }),
    tooLarge: () => this.rarely(10, () => this.large(LARGEST_BODY + 1)),
    muchTooLarge: () => this.rarely(100, () => this.large(500 * 1024)),
    strangeTopic: (): Draw => ({
      topic: this.target.topicOf(this.pick(STRANGE_LEVELS)),
      body: Buffer.from(`{${TIME},"salt":"${this.salt()}"}`),
      fate: 'invalid-topic',
    }),
    longTopic: () =>
      this.rarely(20, () => ({
        topic: this.target.topicOf('x'.repeat(60_000 + this.below(5000))),
        body: Buffer.from(`{${TIME},"salt":"${this.salt()}"}`),
        fate: 'invalid-topic',
      })),
  } satisfies Record<string, () => Draw>);

  private bad(body: Buffer, contentType?: string): Draw {
    return { body, contentType, fate: 'malformed-body' };
  }

  private unverified(schemaId: number): Draw {
    const body = Buffer.concat([Buffer.alloc(5), this.bytes(20 + this.below(100))]);
    body.writeUInt32BE(schemaId, 1);
    return { body, fate: 'unverified' };
  }

  private large(bytes: number): Draw {
    return { body: Buffer.alloc(bytes, this.salt()), fate: 'body-too-large' };
  }

  private rarely(oneIn: number, draw: () => Draw): Draw {
    return this.below(oneIn) === 0 ? draw() : this.bad(Buffer.from(`{"salt":"${this.salt()}"}`));
  }

  private after(end: number, ...longs: bigint[]): Buffer {
    return Buffer.concat([this.target.avro.subarray(0, end), ...longs.map(avroLong)]);
  }

  private hugeLong(): bigint {
    return (1n << BigInt(20 + this.below(43))) + BigInt(this.below(1000));
  }

  private hugeNegativeLong(): bigint {
    return -this.hugeLong();
  }

  private notZeroFirst(bytes: Buffer): Buffer {
    if (bytes[0] === 0) bytes[0] = 1;
    return bytes;
  }

  private salt(): string {
    return `${this.random()}-${this.random()}`;
  }

  private bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at++) bytes[at] = this.below(256);
    return bytes;
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  private below(limit: number): number {
    return Math.floor((this.random() / 2 ** 32) * limit);
  }

  /** Mulberry32. https://github.com/cprosche/mulberry32 */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
}

const STRANGE_LEVELS = [
  '',
  ' ',
  'truck 17',
  'Lkw-ß',
  '$SYS',
  '..',
  '{vehicleId}',
  'a'.repeat(65),
  "';--",
  '\u{1f69a}',
];

/** Small as bytes, large once its names are written out in full. */
function longNames(): Buffer {
  const name = 'n'.repeat(1000);
  const leaves = Array.from({ length: 1000 }, (_, i) => `"${i}":1`).join(',');
  return Buffer.from(`{${TIME},"${name}":{"${name}":{${leaves}}}}`);
}

/** How Avro writes a long: zigzag, seven bits a byte. */
function avroLong(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.of(...bytes, Number(rest));
}
