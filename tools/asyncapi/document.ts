import { readFileSync } from 'node:fs';
import {
  CONTENT_TYPE,
  DEAD_LETTER_REASONS,
  GROUPS,
  HEARTBEAT_HEADER,
  MAX_BODY_BYTES,
  REDRIVEN_HEADER,
  subjectOf,
  TELEMETRY_TOPIC,
  TOPIC_LAYOUT,
  TOPICS,
  TRACE_HEADERS,
  type TopicName,
} from '../../libs/schemas/src/index.js';

// What crosses MQTT and Kafka as AsyncAPI 3.0, made of what the services are made of. Why each part is as it is:
// docs/contracts.md.

const AVRO = 'application/vnd.apache.avro;version=1.9.0';
const JSON_SCHEMA = 'application/schema+json;version=draft-07';
const VEHICLE_ID = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };

const fileOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const json = (path: string) => JSON.parse(fileOf(path)) as Record<string, unknown>;
const avro = (name: string) => ({ schemaFormat: AVRO, schema: json(`libs/schemas/avro/${name}.avsc`) });

function deviceJson() {
  const { $schema: _draft, $id: _id, ...schema } = json('libs/schemas/json/reading.schema.json');
  return { schemaFormat: JSON_SCHEMA, schema };
}

const ref = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const trace = Object.fromEntries(TRACE_HEADERS.map((name) => [name, text('W3C trace context, handed on.')]));
const redriven = text('`<dead letter id>/<number>` of a message that was redriven.', {
  pattern: '^[0-9a-f-]{36}/[1-9][0-9]{0,5}$',
});
const heartbeat = {
  type: 'object',
  required: [HEARTBEAT_HEADER],
  properties: {
    [HEARTBEAT_HEADER]: text('`<since>-<up to>`, ms since 1970.', { pattern: '^[0-9]{1,15}-[0-9]{1,15}$' }),
  },
};
const handedOn = { type: 'object', properties: { ...trace, [REDRIVEN_HEADER]: redriven } };

/** A record in the Confluent wire format. */
const record = (key: object) => ({
  kafka: {
    key,
    schemaIdLocation: 'payload',
    schemaIdPayloadEncoding: 'confluent',
    bindingVersion: '0.5.0',
  },
});

function topic(name: TopicName, title: string, description: string, messages: string[]) {
  const { partitions, settings } = TOPIC_LAYOUT[name];
  const topicConfiguration = Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [setting, Number(value)]),
  );
  return {
    address: name,
    title,
    description: `${description} The registry's subject is ${subjectOf(name)}.`,
    servers: [ref('servers', 'kafka')],
    messages: Object.fromEntries(
      messages.map((message) => [message, ref('components', 'messages', message)]),
    ),
    bindings: { kafka: { topic: name, partitions, topicConfiguration, bindingVersion: '0.5.0' } },
  };
}

function operation(
  action: 'send' | 'receive',
  channel: string,
  messages: string[],
  summary: string,
  bindings?: object,
) {
  return {
    action,
    channel: ref('channels', channel),
    summary,
    messages: messages.map((message) => ref('channels', channel, 'messages', message)),
    ...(bindings && { bindings }),
  };
}

const group = (groupId: string) => ({
  kafka: { groupId: { type: 'string', const: groupId }, bindingVersion: '0.5.0' },
});

/** @returns the document; its parts in the order in which a message meets them. */
export function asyncApi(): object {
  const { version, license } = json('package.json');
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Navora',
      version,
      description:
        'Readings of vehicles, from MQTT to alerts. Made by `npm run generate:asyncapi` of the schemas and names the services use; docs/contracts.md says what each part means.',
      license: { name: license },
    },
    servers: {
      mqtt: {
        host: '{host}:{port}',
        protocol: 'secure-mqtt',
        protocolVersion: '5.0',
        description:
          'Where vehicles publish, with QoS 1. Who it is says the name (CN) in its certificate: docs/devices.md.',
        variables: { host: { default: '127.0.0.1' }, port: { default: '8883' } },
        security: [{ type: 'X509' }],
      },
      kafka: {
        host: '{host}:{port}',
        protocol: 'kafka',
        description: 'Values are in the Confluent wire format: byte 0x00, schema id, Avro.',
        variables: { host: { default: '127.0.0.1' }, port: { default: '9092' } },
        bindings: {
          kafka: {
            schemaRegistryUrl: 'http://127.0.0.1:8081',
            schemaRegistryVendor: 'confluent',
            bindingVersion: '0.5.0',
          },
        },
      },
    },
    channels: {
      telemetry: {
        address: TELEMETRY_TOPIC,
        title: "A vehicle's telemetry",
        description: `Bodies of up to ${MAX_BODY_BYTES} bytes, with QoS 1.`,
        servers: [ref('servers', 'mqtt')],
        parameters: { vehicleId: { description: 'Of [A-Za-z0-9_-], 1 to 64 characters.' } },
        messages: {
          jsonReading: ref('components', 'messages', 'jsonReading'),
          avroReading: ref('components', 'messages', 'avroReading'),
        },
      },
      readings: topic(
        TOPICS.readings,
        'Readings',
        'Every reading in the order of its vehicle; a resend may stand there again.',
        ['reading', 'heartbeat'],
      ),
      signals: topic(TOPICS.signals, 'Signals', 'Readings that are stored, judged by the rules.', [
        'signal',
        'heartbeat',
      ]),
      deadLetters: topic(
        TOPICS.deadLetters,
        'Dead letters',
        'Messages that were given up, with their bytes, cause and origin.',
        ['deadLetter'],
      ),
    },
    operations: {
      receiveTelemetry: operation(
        'receive',
        'telemetry',
        ['jsonReading', 'avroReading'],
        'The bridge takes what vehicles publish.',
        { mqtt: { qos: 1, retain: false, bindingVersion: '0.2.0' } },
      ),
      sendReadings: operation('send', 'readings', ['reading', 'heartbeat'], 'The bridge writes it to Kafka.'),
      receiveReadings: operation(
        'receive',
        'readings',
        ['reading', 'heartbeat'],
        'The processor stores each reading once.',
        group(GROUPS.processor),
      ),
      sendSignals: operation(
        'send',
        'signals',
        ['signal', 'heartbeat'],
        'The processor tells what the rules say of it.',
      ),
      receiveSignals: operation(
        'receive',
        'signals',
        ['signal', 'heartbeat'],
        'The alerts service opens and clears alerts.',
        group(GROUPS.alerts),
      ),
      sendDeadLetters: operation(
        'send',
        'deadLetters',
        ['deadLetter'],
        'Bridge, processor and alerts give up what they cannot read.',
      ),
    },
    components: {
      messages: {
        jsonReading: {
          title: 'A reading as JSON',
          contentType: CONTENT_TYPE.json,
          headers: handedOn,
          payload: deviceJson(),
        },
        avroReading: {
          title: 'A reading as Avro',
          summary: 'Any registered version of the schema, in the Confluent wire format.',
          contentType: CONTENT_TYPE.avro,
          headers: handedOn,
          payload: avro('reading'),
        },
        reading: {
          title: 'A reading',
          contentType: CONTENT_TYPE.avro,
          headers: handedOn,
          payload: avro('reading'),
          bindings: record(VEHICLE_ID),
        },
        heartbeat: {
          title: 'A heartbeat',
          summary: 'A record without key and value: all that was there by then stands before it.',
          headers: heartbeat,
          payload: { type: 'null' },
        },
        signal: {
          title: 'A signal',
          contentType: CONTENT_TYPE.avro,
          headers: { type: 'object', properties: trace },
          payload: avro('signal'),
          bindings: record(VEHICLE_ID),
        },
        deadLetter: {
          title: 'A dead letter',
          summary: `Its reason is one of: ${DEAD_LETTER_REASONS.join(', ')}.`,
          contentType: CONTENT_TYPE.avro,
          headers: handedOn,
          payload: avro('dead-letter'),
          bindings: record({
            type: ['string', 'null'],
            description: 'The vehicle id, as far as it is known.',
          }),
        },
      },
    },
  };
}
