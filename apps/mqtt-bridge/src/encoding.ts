import { CONTENT_TYPE } from '@navora/schemas';
import type { ReceivedMessage } from './received-message.js';

const CONFLUENT_MAGIC_BYTE = 0x00;

/** The content type says which; absent, or unknown to us, the first byte does: no JSON text starts with a zero. */
export function encodingOf({
  contentType,
  body,
}: Pick<ReceivedMessage, 'contentType' | 'body'>): 'avro' | 'json' {
  // What nearly all say, without making texts of it for each message.
  if (contentType === CONTENT_TYPE.avro) return 'avro';
  if (contentType !== undefined) {
    const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
    if (type === CONTENT_TYPE.json) return 'json';
    if (type === CONTENT_TYPE.avro) return 'avro';
  }
  return body[0] === CONFLUENT_MAGIC_BYTE ? 'avro' : 'json';
}
