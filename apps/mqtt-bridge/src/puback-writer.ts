import type { Writable } from 'node:stream';

const PUBACK_BYTES = 4;
/** PUBACK, with a remaining length of two: a packet id alone means success. */
const PUBACK_HEADER = 0x4002;

/** Writes PUBACKs, all of one turn at once: one system call for a whole produce request. */
export class PubackWriter {
  private packetIds: number[] = [];

  constructor(private readonly stream: Writable) {}

  send(packetId: number): void {
    if (this.packetIds.push(packetId) === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    const packetIds = this.packetIds;
    if (packetIds.length === 0) return;
    this.packetIds = [];
    if (!this.stream.writable) return;
    const packets = Buffer.allocUnsafe(packetIds.length * PUBACK_BYTES);
    let at = 0;
    for (const packetId of packetIds) {
      at = packets.writeUInt16BE(packetId, packets.writeUInt16BE(PUBACK_HEADER, at));
    }
    this.stream.write(packets);
  }
}
