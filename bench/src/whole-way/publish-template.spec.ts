import { readingSchema, ReadingCodec, RecordEncoder, TOPICS } from '@navora/schemas';
import fc from 'fast-check';
import { parser, type IPublishPacket } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { aPlan } from './a-plan.fixture.js';
import { readingOf } from './planned-values.js';
import { PublishTemplates } from './publish-template.js';

const SCHEMA_ID = 7;
const schemas = { idOf: async () => SCHEMA_ID, schemaById: async () => JSON.stringify(readingSchema) };

const plan = aPlan({ vehicles: 50 });

it('every packet that is made from a template is what the codec would have made of its reading', async () => {
  const encoder = await RecordEncoder.forTopic(TOPICS.readings, schemas);
  const codec = new ReadingCodec(schemas);
  await codec.learn(SCHEMA_ID);
  const templates = new PublishTemplates(plan, 'vehicles/{vehicleId}/telemetry', (reading) =>
    encoder.encode(reading),
  );
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 65_535 }), (number, packetId) => {
      const target = Buffer.alloc(3 + templates.packetBytes);
      expect(templates.write(target, 3, packetId, number)).toBe(target.length);
      const packet = publishIn(target.subarray(3));
      const reading = readingOf(plan, number);
      expect(packet.messageId).toBe(packetId);
      expect(packet.qos).toBe(1);
      expect(packet.topic).toBe(`vehicles/${reading.vehicleId}/telemetry`);
      expect(packet.payload).toEqual(encoder.encode(reading));
      expect(codec.decode(packet.payload as Buffer)).toEqual({ reading });
    }),
  );
});

function publishIn(bytes: Buffer): IPublishPacket {
  const parse = parser({ protocolVersion: 5 });
  let found: IPublishPacket | undefined;
  parse.on('packet', (packet) => (found = packet as IPublishPacket));
  parse.parse(bytes);
  if (!found) throw new Error('no whole packet');
  return found;
}
