// Generated from avro/dead-letter.avsc by generate.mjs. Do not edit.

/** A message that could not be processed, with its bytes, cause and origin. */
export interface DeadLetter {
  /** Deterministic: the same message has the same id however often it is written. */
  id: string;
  /** One of a closed list; see docs/contracts.md. */
  reason: string;
  /** What was wrong and where, for a person. */
  error: string;
  /** Who gave it up: mqtt-bridge, processor or alerts. */
  service: string;
  deadLetteredAt: number;
  /** As far as it is known. */
  vehicleId: string | null;
  /** Where it came from, when the bridge gave it up. */
  mqttTopic: string | null;
  /** Where it came from, when a consumer gave it up. */
  topic: string | null;
  partition: number | null;
  offset: number | null;
  key: Buffer | null;
  /** The original body, untouched. */
  value: Buffer | null;
  headers: Record<string, Buffer>;
  /** The MQTT message's content type, when the bridge gave it up. */
  contentType: string | null;
}

export const deadLetterSchema = {
  "type": "record",
  "name": "DeadLetter",
  "namespace": "navora.telemetry",
  "doc": "A message that could not be processed, with its bytes, cause and origin.",
  "fields": [
    {
      "name": "id",
      "type": {
        "type": "string",
        "logicalType": "uuid"
      },
      "doc": "Deterministic: the same message has the same id however often it is written."
    },
    {
      "name": "reason",
      "type": "string",
      "doc": "One of a closed list; see docs/contracts.md."
    },
    {
      "name": "error",
      "type": "string",
      "doc": "What was wrong and where, for a person."
    },
    {
      "name": "service",
      "type": "string",
      "doc": "Who gave it up: mqtt-bridge, processor or alerts."
    },
    {
      "name": "deadLetteredAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "vehicleId",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "As far as it is known."
    },
    {
      "name": "mqttTopic",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Where it came from, when the bridge gave it up."
    },
    {
      "name": "topic",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Where it came from, when a consumer gave it up."
    },
    {
      "name": "partition",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "offset",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "key",
      "type": [
        "null",
        "bytes"
      ],
      "default": null
    },
    {
      "name": "value",
      "type": [
        "null",
        "bytes"
      ],
      "default": null,
      "doc": "The original body, untouched."
    },
    {
      "name": "headers",
      "type": {
        "type": "map",
        "values": "bytes"
      },
      "default": {}
    },
    {
      "name": "contentType",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The MQTT message's content type, when the bridge gave it up."
    }
  ]
};
