import { v5 as uuidV5 } from 'uuid';

declare const brand: unique symbol;
type Branded<T, Name> = T & { readonly [brand]: Name };

/** `[A-Za-z0-9_-]{1,64}`: safe in an MQTT topic, a certificate's CN, a Kafka key and a URL. */
export type VehicleId = Branded<string, 'VehicleId'>;
/** A UUID in lower case, so that equal ids are equal strings. */
export type MessageId = Branded<string, 'MessageId'>;

const VEHICLE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isVehicleId(text: string): text is VehicleId {
  return VEHICLE_ID.test(text);
}

/** @returns the id in lower case, or undefined if the text is no UUID. */
export function parseMessageId(text: string): MessageId | undefined {
  return UUID.test(text) ? (text.toLowerCase() as MessageId) : undefined;
}

const READING_NAMESPACE = '5b0c8d6e-3f54-5d0a-9a53-7a1f0c6b2e11';
const DEAD_LETTER_NAMESPACE = '9d2f1c74-6a1b-5e0e-8f0b-3c5d7e9fab22';
const ALERT_NAMESPACE = 'c1a7e3b0-52d8-5f6d-b8a4-0e6f9d3c4d33';
const ZERO = Buffer.of(0);

/** The id of a message whose device sent none: a resend is byte-identical, so it gets the same one. */
export function derivedMessageId(vehicleId: VehicleId, body: Buffer): MessageId {
  return uuidV5(Buffer.concat([Buffer.from(vehicleId), ZERO, body]), READING_NAMESPACE) as MessageId;
}

export function deadLetterIdOfMqtt(mqttTopic: string, body: Buffer): string {
  return uuidV5(
    Buffer.concat([Buffer.from('mqtt'), ZERO, Buffer.from(mqttTopic), ZERO, body]),
    DEAD_LETTER_NAMESPACE,
  );
}

export function deadLetterIdOfRecord(topic: string, partition: number, offset: string | bigint): string {
  return uuidV5(`${topic}/${partition}/${offset}`, DEAD_LETTER_NAMESPACE);
}

/** An alert is named by the reading that opened it, so whoever opens it, however often, opens the same one. */
export function alertId(vehicleId: string, rule: string, recordedAt: number, messageId: string): string {
  return uuidV5(`${vehicleId}/${rule}/${recordedAt}/${messageId}`, ALERT_NAMESPACE);
}
