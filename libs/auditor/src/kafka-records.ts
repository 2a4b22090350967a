import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { AvroBodies } from './avro-bodies.js';
import { BadBody, LARGEST_BODY, judgeJson, understand } from './body.js';
import type { DeadLetter, Judged, Place, Pulse, ReadingRecord, SignalRecord, Verdict } from './evidence.js';
import { deadLetterIdOfMessage, deadLetterIdOfRecord, digestOf } from './ids.js';
import { field, type Fields, listOf, numberIn, optionalText, textIn } from './fields.js';

const NOTHING = Buffer.alloc(0);

/** Turns Kafka records into evidence; judges each body by itself. */
export class RecordReader {
  constructor(
    private readonly avro: AvroBodies,
    private readonly mqttTopicPattern: string,
  ) {}

  /** The body as its vehicle sent it, JSON or Avro. */
  async judgeSent(body: Buffer, vehicleId: string, encoding: string): Promise<Judged> {
    if (body.length === 0 || (encoding !== 'avro' && body[0] !== 0)) return judgeJson(body, vehicleId);
    if (body.length > LARGEST_BODY) return { bad: 'body-too-large', detail: `${body.length} bytes` };
    return this.judgeAvro(body, () => vehicleId);
  }

  async reading(place: Place, key: string, message: KafkaMessage): Promise<ReadingRecord> {
    const value = message.value ?? NOTHING;
    // The vehicle is taken from the body, so that a record under a foreign key shows as just that.
    const judged = await this.judgeAvro(value, (fields) => optionalText(fields, 'vehicleId') ?? key);
    const redrives = redrivenLetter(message);
    return {
      ...place,
      key,
      timestamp: Number(message.timestamp),
      digest: digestOf(value),
      headers: headersDigest(lastValues(message.headers ?? {})),
      judged,
      ...(redrives === undefined ? {} : { redrives }),
    };
  }

  async signal(place: Place, key: string, message: KafkaMessage): Promise<SignalRecord> {
    const fields = await this.avro.decode('navora.telemetry.Signal', message.value ?? NOTHING);
    const origin = field(fields, 'origin');
    return {
      ...place,
      key,
      vehicleId: textIn(fields, 'vehicleId'),
      messageId: textIn(fields, 'messageId').toLowerCase(),
      recordedAt: numberIn(fields, 'recordedAt'),
      receivedAt: numberIn(fields, 'receivedAt'),
      sentAt: Number(message.timestamp),
      origin: placeIn(origin) ?? { topic: '', partition: -1, offset: -1n },
      clockSuspect: field(fields, 'clockSuspect') === true,
      verdicts: listOf(fields, 'verdicts').map(verdictIn),
      off: listOf(fields, 'off').map(String),
    };
  }

  async deadLetter(place: Place, message: KafkaMessage): Promise<DeadLetter> {
    const fields = await this.avro.decode('navora.telemetry.DeadLetter', message.value ?? NOTHING);
    const mqttTopic = optionalText(fields, 'mqttTopic');
    const of = placeIn(fields);
    const body = bytesIn(fields, 'value');
    const vehicleId = optionalText(fields, 'vehicleId');
    return {
      ...place,
      id: textIn(fields, 'id').toLowerCase(),
      reason: textIn(fields, 'reason'),
      service: textIn(fields, 'service'),
      deadLetteredAt: numberIn(fields, 'deadLetteredAt'),
      ...(vehicleId === undefined ? {} : { vehicleId }),
      ...(mqttTopic === undefined ? {} : { mqttTopic }),
      ...(of === undefined ? {} : { of }),
      ...(of === undefined ? {} : { originalKey: bytesIn(fields, 'key').toString() }),
      digest: digestOf(body),
      headers: headersDigest(field(fields, 'headers')),
      rightId: of === undefined ? deadLetterIdOfMessage(mqttTopic ?? '', body) : deadLetterIdOfRecord(of),
      judged:
        of === undefined
          ? await this.judgeMessage(mqttTopic ?? '', body)
          : await this.judgeAvro(body, () => bytesIn(fields, 'key').toString()),
    };
  }

  private async judgeMessage(mqttTopic: string, body: Buffer): Promise<Judged> {
    const vehicleId = vehicleInTopic(mqttTopic, this.mqttTopicPattern);
    if (vehicleId === undefined) return { bad: 'invalid-topic', detail: mqttTopic };
    return this.judgeSent(body, vehicleId, 'unknown');
  }

  private async judgeAvro(body: Buffer, vehicleOf: (fields: unknown) => string): Promise<Judged> {
    try {
      const fields = await this.avro.decode('navora.telemetry.Reading', body);
      return understand(fields, vehicleOf(fields), body);
    } catch (error) {
      if (error instanceof BadBody) return { bad: error.reason, detail: error.message };
      throw error;
    }
  }
}

/** A record that is no signal but a heartbeat: `<since>-<up to>` in its header, and nothing else. */
export function pulseIn({ offset }: Place, { key, value, headers }: KafkaMessage): Pulse | undefined {
  const header = [headers?.['navora-heartbeat']].flat().at(-1);
  if (header === undefined || key !== null || value !== null) return undefined;
  const [since, upTo] = header.toString().split('-').map(Number);
  return since === undefined || upTo === undefined ? undefined : { offset, since, upTo };
}

/** A redriven message names its dead letter: `<id>/<how often>`. */
function redrivenLetter({ headers }: KafkaMessage): string | undefined {
  const [id] = String([headers?.['navora-redriven']].flat().at(-1) ?? '').split('/');
  return id === '' ? undefined : id?.toLowerCase();
}

/** A dead letter has room for one value of each name. */
function lastValues(headers: IHeaders): Record<string, Buffer> {
  const last: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const one = Array.isArray(value) ? value.at(-1) : value;
    if (one !== undefined) last[name] = Buffer.from(one);
  }
  return last;
}

/** Whatever the order of the names. */
function headersDigest(headers: unknown): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const named = Object.entries(headers)
    .map(([name, value]) => `${name}=${Buffer.isBuffer(value) ? value.toString('base64') : String(value)}`)
    .sort();
  return named.length === 0 ? '' : digestOf(Buffer.from(named.join('\n')));
}

/** The vehicle an MQTT topic names, if it names a valid one. */
export function vehicleInTopic(topic: string, pattern: string): string | undefined {
  const wanted = pattern.split('/');
  const levels = topic.split('/');
  if (wanted.length !== levels.length) return undefined;
  if (!wanted.every((level, index) => level.startsWith('{') || level === '+' || level === levels[index]))
    return undefined;
  const vehicleId = levels[wanted.indexOf('{vehicleId}')];
  return vehicleId !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(vehicleId) ? vehicleId : undefined;
}

function placeIn(fields: unknown): Place | undefined {
  const topic = optionalText(fields, 'topic');
  if (topic === undefined) return undefined;
  return { topic, partition: numberIn(fields, 'partition'), offset: BigInt(numberIn(fields, 'offset')) };
}

function verdictIn(fields: Fields): Verdict {
  return {
    rule: textIn(fields, 'rule'),
    outcome: textIn(fields, 'outcome'),
    value: numberIn(fields, 'value'),
  };
}

function bytesIn(fields: unknown, name: string): Buffer {
  const value = field(fields, name);
  return Buffer.isBuffer(value) ? value : NOTHING;
}
