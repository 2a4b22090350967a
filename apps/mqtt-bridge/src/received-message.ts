import type { IPublishPacket } from 'mqtt-packet';

/** A message as it came from the broker. */
export interface ReceivedMessage {
  readonly topic: string;
  /** The body's bytes, untouched. */
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** User properties; of a name that comes more than once, the last. */
  readonly userProperties: Readonly<Record<string, string>> | undefined;
  /** ms since 1970: what times in the message are compared with, now and at every replay. */
  readonly receivedAt: number;
}

export function messageOf(
  { topic, payload, properties }: IPublishPacket,
  receivedAt: number,
): ReceivedMessage {
  return {
    topic,
    body: typeof payload === 'string' ? Buffer.from(payload) : payload,
    // The parser makes a list of a property that comes twice, which no broker lets through.
    contentType: typeof properties?.contentType === 'string' ? properties.contentType : undefined,
    userProperties: properties?.userProperties && lastOfEach(properties.userProperties),
    receivedAt,
  };
}

function lastOfEach(properties: Record<string, string | string[]>): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  for (const name in properties) {
    const value = properties[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (typeof last === 'string') found[name] = last;
  }
  return found;
}
