import { createHash } from 'node:crypto';
import type { Place } from './evidence.js';
import { nameBasedUuid } from './name-based-uuid.js';

const ZERO = Uint8Array.of(0);

export function messageIdOf(vehicleId: string, body: Uint8Array): string {
  return nameBasedUuid('5b0c8d6e-3f54-5d0a-9a53-7a1f0c6b2e11', vehicleId, ZERO, body);
}

/** Of a message given up before it reached Kafka. */
export function deadLetterIdOfMessage(mqttTopic: string, body: Uint8Array): string {
  return nameBasedUuid('9d2f1c74-6a1b-5e0e-8f0b-3c5d7e9fab22', 'mqtt', ZERO, mqttTopic, ZERO, body);
}

/** Of a record given up by a consumer. */
export function deadLetterIdOfRecord(place: Place): string {
  return nameBasedUuid('9d2f1c74-6a1b-5e0e-8f0b-3c5d7e9fab22', placeText(place));
}

export function alertIdOf(vehicleId: string, rule: string, recordedAt: number, messageId: string): string {
  return nameBasedUuid(
    'c1a7e3b0-52d8-5f6d-b8a4-0e6f9d3c4d33',
    `${vehicleId}/${rule}/${recordedAt}/${messageId}`,
  );
}

export function placeText(place: Place): string {
  return `${place.topic}/${place.partition}/${place.offset}`;
}

/** Stands for the bytes where only their equality matters, so that no body has to stay in memory. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
