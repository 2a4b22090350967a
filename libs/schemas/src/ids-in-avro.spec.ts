import avsc from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { areIds } from './ids-in-avro.js';
import { isVehicleId, parseMessageId } from './identity.js';

const text = avsc.Type.forSchema('string');
const inAvro = (...strings: string[]) => Buffer.concat(strings.map((string) => text.toBuffer(string)));

const character = fc.constantFrom(...'abcDEF012-_ \u00e4\0');
const almostAnId = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc
    .tuple(fc.uuid(), fc.nat(35), character)
    .map(([id, at, other]) => id.slice(0, at) + other + id.slice(at + 1)),
  fc.string(),
);
const almostAVehicle = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,70}$/),
  fc.string({ unit: character, maxLength: 66 }),
);

it('says of no bytes that they are ids which are none', () => {
  fc.assert(
    fc.property(almostAnId, almostAVehicle, (id, vehicle) => {
      if (areIds(inAvro(id, vehicle), 0)) {
        expect(parseMessageId(id)).toBe(id);
        expect(isVehicleId(vehicle)).toBe(true);
      }
    }),
    { numRuns: 5000 },
  );
});

it('finds those that nearly all readings begin with', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/), (id, vehicle) => {
      expect(areIds(Buffer.concat([Buffer.of(0), inAvro(id, vehicle)]), 1)).toBe(true);
      expect(areIds(inAvro(id, vehicle).subarray(0, -1), 0), 'cut off').toBe(false);
    }),
  );
});
