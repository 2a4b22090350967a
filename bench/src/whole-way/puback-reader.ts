const PUBACK = 0x40;
const MOST_BYTES = 0x80;

/** The broker sent something that is no PUBACK, or one with properties: nobody asked for either. */
export class UnexpectedPacket extends Error {
  override name = 'UnexpectedPacket';
}

/** Reads PUBACKs and nothing else, wherever the stream is cut: all that a publisher gets, thousands a second. */
export class PubackReader {
  private rest: Buffer | undefined;

  /** @param onPuback is given 0 for success, or another reason code of MQTT 5 */
  constructor(private readonly onPuback: (packetId: number, reasonCode: number) => void) {}

  /** @throws UnexpectedPacket */
  read(chunk: Buffer): void {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes[at + 1] as number;
      if (bytes[at] !== PUBACK || length < 2 || length >= MOST_BYTES)
        throw new UnexpectedPacket(`the broker sent ${bytes.subarray(at, at + 8).toString('hex')}…`);
      const end = at + 2 + length;
      if (end > bytes.length) break;
      this.onPuback(bytes.readUInt16BE(at + 2), length > 2 ? (bytes[at + 4] as number) : 0);
      at = end;
    }
    this.rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }
}
