import { CONTENT_TYPE, type Reading } from '@navora/schemas';
import { generate } from 'mqtt-packet';
import { recordedAtOf, sequenceOf, vehicleIdOf, vehicleNumberOf, type LoadPlan } from './load-plan.js';
import { engineTemperatureOf, latitudeOf, longitudeOf, readingOf, speedKphOf } from './planned-values.js';

/** Encodes a reading as vehicles do, with the product's codec. */
export type Encode = (reading: Reading) => Buffer;

const PACKET_ID = 0x5a5a;
const RECORDED_AT_BYTES = 6;
const SEQUENCE_BYTES = 4;
const DIGITS = Buffer.from('0123456789abcdef');

/** Where in a packet stands what differs from one reading to the next. */
interface Places {
  packetId: number;
  /** Of the digits of the reading's number, within the message id. */
  number: number;
  recordedAt: number;
  sequence: number;
  latitude: number;
  longitude: number;
  speedKph: number;
  engineTemperatureC: number;
}

/**
 * PUBLISH packets of a plan, made by copying the packet of a vehicle and writing over what differs. Encoding each
 * would take as long as a service takes to do its work, on the same processors.
 */
export class PublishTemplates {
  private readonly packets: Buffer[];
  private readonly places: Places;
  readonly packetBytes: number;

  constructor(
    private readonly plan: LoadPlan,
    mqttTopic: string,
    encode: Encode,
  ) {
    this.packets = Array.from({ length: plan.vehicles }, (_, vehicle) =>
      packetOf(
        mqttTopic.replace('{vehicleId}', vehicleIdOf(plan, vehicle)),
        encode(readingOf(plan, vehicle)),
      ),
    );
    const [first] = this.packets;
    if (!first) throw new RangeError('a load needs vehicles');
    this.packetBytes = first.length;
    if (this.packets.some(({ length }) => length !== first.length))
      throw new Error('packets of different lengths cannot be made from one template');
    this.places = placesIn(plan, first);
  }

  /** Writes the packet of a reading. @returns where it ends */
  write(target: Buffer, at: number, packetId: number, number: number): number {
    const { plan, places } = this;
    const packet = this.packets[vehicleNumberOf(plan, number)] as Buffer;
    target.set(packet, at);
    target.writeUInt16BE(packetId, at + places.packetId);
    writeDigits(target, at + places.number, number);
    writeLong(target, at + places.recordedAt, recordedAtOf(plan, number));
    writeLong(target, at + places.sequence, sequenceOf(plan, number));
    target.writeDoubleLE(latitudeOf(number), at + places.latitude);
    target.writeDoubleLE(longitudeOf(number), at + places.longitude);
    target.writeDoubleLE(speedKphOf(number), at + places.speedKph);
    target.writeDoubleLE(engineTemperatureOf(plan, number), at + places.engineTemperatureC);
    return at + packet.length;
  }
}

function packetOf(topic: string, payload: Buffer): Buffer {
  const properties = { contentType: CONTENT_TYPE.avro };
  return generate(
    { cmd: 'publish', topic, payload, qos: 1, messageId: PACKET_ID, dup: false, retain: false, properties },
    { protocolVersion: 5 },
  );
}

/** Found by what stands there for reading 0, not by knowledge of the schema. */
function placesIn(plan: LoadPlan, packet: Buffer): Places {
  const place = (what: string, bytes: Buffer): number => {
    const at = packet.indexOf(bytes);
    if (at < 0 || packet.indexOf(bytes, at + 1) >= 0)
      throw new Error(`${what} does not stand in the packet exactly once`);
    return at;
  };
  const { messageId, recordedAt, sequence, location, speedKph, engineTemperatureC } = readingOf(plan, 0);
  const packetId = Buffer.alloc(2);
  packetId.writeUInt16BE(PACKET_ID);
  return {
    packetId: place('the packet id', packetId),
    number: place('the message id', Buffer.from(messageId)) + messageId.length - 8,
    recordedAt: place('recordedAt', longOf(recordedAt, RECORDED_AT_BYTES)),
    sequence: place('sequence', longOf(sequence ?? 0, SEQUENCE_BYTES)),
    latitude: place('latitude', doubleOf(location?.latitude)),
    longitude: place('longitude', doubleOf(location?.longitude)),
    speedKph: place('speedKph', doubleOf(speedKph)),
    engineTemperatureC: place('engineTemperatureC', doubleOf(engineTemperatureC)),
  };
}

function doubleOf(value: number | null | undefined): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value ?? NaN);
  return bytes;
}

/** @throws Error when it takes another number of bytes: then the packets would differ in length. */
function longOf(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(10);
  const end = writeLong(bytes, 0, value);
  if (end !== length) throw new Error(`${value} takes ${end} bytes in Avro, not ${length}`);
  return bytes.subarray(0, end);
}

/** A long of Avro, not negative: zigzag, seven bits a byte, the lowest first. */
function writeLong(target: Buffer, at: number, value: number): number {
  let rest = value * 2;
  while (rest >= 0x80) {
    target[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[at++] = rest;
  return at;
}

/** Eight hexadecimal digits. */
function writeDigits(target: Buffer, at: number, number: number): void {
  for (let place = 7, rest = number; place >= 0; place--, rest >>>= 4)
    target[at + place] = DIGITS[rest & 15] as number;
}
