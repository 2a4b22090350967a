import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PubackReader, UnexpectedPacket } from './puback-reader.js';

const MQTT5 = { protocolVersion: 5 };

describe('PUBACKs of a publisher', () => {
  it('are read wherever the stream is cut, with their reason codes', () => {
    const puback = fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(0, 0x10, 0x87));
    fc.assert(
      fc.property(fc.array(puback), fc.array(fc.integer({ min: 1, max: 9 })), (sent, cuts) => {
        const stream = Buffer.concat(
          sent.map(([messageId, reasonCode]) => generate({ cmd: 'puback', messageId, reasonCode }, MQTT5)),
        );
        const read: [number, number][] = [];
        const reader = new PubackReader((...one) => read.push(one));
        let at = 0;
        for (const length of [...cuts, stream.length])
          reader.read(stream.subarray(at, (at = Math.min(stream.length, at + length))));
        expect(read).toEqual(sent);
      }),
    );
  });

  it('refuse anything else', () => {
    const reader = new PubackReader(() => undefined);
    const disconnect = generate({ cmd: 'disconnect', reasonCode: 0x8b }, MQTT5);
    expect(() => reader.read(disconnect)).toThrow(UnexpectedPacket);
  });
});
