// Generated from avro/signal.avsc by generate.mjs. Do not edit.

/** The Kafka record that stored the reading; the same whichever delivery caused this signal. */
export interface Origin {
  topic: string;
  partition: number;
  offset: number;
}

export type Outcome = 'breach' | 'between' | 'normal';

export interface Verdict {
  rule: string;
  outcome: Outcome;
  /** What was measured. */
  value: number;
}

/** One reading judged by the rules. */
export interface Signal {
  vehicleId: string;
  /** Of the reading. (recordedAt, messageId) is its order key. */
  recordedAt: number;
  messageId: string;
  /** When the bridge received the delivery that was stored. */
  receivedAt: number;
  origin: Origin;
  /** The vehicle's clock was ahead of ours: not judged, moves no order key. */
  clockSuspect: boolean;
  /** Identifies the rules that judged. */
  ruleVersion: string;
  /** One for each rule whose measurement the reading has. */
  verdicts: Verdict[];
}

export const signalSchema = {
  "type": "record",
  "name": "Signal",
  "namespace": "navora.telemetry",
  "doc": "One reading judged by the rules.",
  "fields": [
    {
      "name": "vehicleId",
      "type": "string"
    },
    {
      "name": "recordedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Of the reading. (recordedAt, messageId) is its order key."
    },
    {
      "name": "messageId",
      "type": {
        "type": "string",
        "logicalType": "uuid"
      }
    },
    {
      "name": "receivedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When the bridge received the delivery that was stored."
    },
    {
      "name": "origin",
      "type": {
        "type": "record",
        "name": "Origin",
        "doc": "The Kafka record that stored the reading; the same whichever delivery caused this signal.",
        "fields": [
          {
            "name": "topic",
            "type": "string"
          },
          {
            "name": "partition",
            "type": "int"
          },
          {
            "name": "offset",
            "type": "long"
          }
        ]
      }
    },
    {
      "name": "clockSuspect",
      "type": "boolean",
      "doc": "The vehicle's clock was ahead of ours: not judged, moves no order key."
    },
    {
      "name": "ruleVersion",
      "type": "string",
      "doc": "Identifies the rules that judged."
    },
    {
      "name": "verdicts",
      "doc": "One for each rule whose measurement the reading has.",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "Verdict",
          "fields": [
            {
              "name": "rule",
              "type": "string"
            },
            {
              "name": "outcome",
              "type": {
                "type": "enum",
                "name": "Outcome",
                "symbols": [
                  "breach",
                  "between",
                  "normal"
                ]
              }
            },
            {
              "name": "value",
              "type": "double",
              "doc": "What was measured."
            }
          ]
        }
      }
    }
  ]
};
