import type { OutgoingRecord } from '@navora/kafka';
import {
  deadLetterIdOfMqtt,
  REDRIVEN_HEADER,
  type DeadLetter,
  type Rejection,
  type VehicleId,
} from '@navora/schemas';
import type { ReceivedMessage } from './received-message.js';

/**
 * The most of body and headers in one dead letter: its topic takes 2 MiB, and one that Kafka refuses would hold
 * up every PUBACK behind it for ever. The broker is configured to refuse messages that would come near.
 */
const MOST_BYTES = 1.5 * 1024 * 1024;
const MOST_ERROR_LENGTH = 1000;

export interface LetterTarget {
  topic: string;
  encode(letter: DeadLetter): Buffer;
}

/** The message's bytes, cause and origin, as a record for the dead-letter topic. */
export function deadLetterOf(
  message: ReceivedMessage,
  vehicleId: VehicleId | undefined,
  { reason, error }: Rejection,
  { topic, encode }: LetterTarget,
  now: number,
): OutgoingRecord {
  const { body, headers, cut } = withinBounds(message);
  const letter: DeadLetter = {
    id: deadLetterIdOfMqtt(message.topic, message.body),
    reason,
    error: error.slice(0, MOST_ERROR_LENGTH) + cut,
    service: 'mqtt-bridge',
    deadLetteredAt: now,
    vehicleId: vehicleId ?? null,
    mqttTopic: message.topic,
    topic: null,
    partition: null,
    offset: null,
    key: null,
    value: body,
    headers,
    contentType: message.contentType ?? null,
  };
  return { topic, key: vehicleId ?? null, value: encode(letter), timestamp: now };
}

function withinBounds({ body, userProperties }: ReceivedMessage) {
  const headers: Record<string, Buffer> = Object.create(null);
  let bytes = body.length;
  for (const name in userProperties) {
    const value = Buffer.from(userProperties[name] ?? '');
    headers[name] = value;
    bytes += name.length * 3 + value.length;
  }
  if (bytes <= MOST_BYTES) return { body, headers, cut: '' };
  const redriven = headers[REDRIVEN_HEADER];
  return {
    body: body.subarray(0, MOST_BYTES),
    // Without it a second failure would look like a first.
    headers: redriven !== undefined && redriven.length < 64 ? { [REDRIVEN_HEADER]: redriven } : {},
    cut: ` (too large for a dead letter: without its headers, and cut after ${MOST_BYTES} of ${body.length} bytes)`,
  };
}
