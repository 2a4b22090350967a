// Generated from avro/signal.avsc by generate.mjs. Do not edit.

/** The Kafka record that stored the reading; the same whichever delivery caused this signal. */
export interface Origin {
  topic: string;
  partition: number;
  offset: number;
}

export type Outcome = 'breach' | 'between' | 'normal';

/** On the vehicle's own time. What is zero, one or null is not asked for. */
export interface Timing {
  /** How long it must breach without interruption. */
  forMs: number;
  /** How long it must be normal without interruption. */
  clearForMs: number;
  /** So many breaching readings within repeatWithinMs. */
  repeatTimes: number;
  repeatWithinMs: number;
  /** Readings further apart do not belong to one uninterrupted time. */
  maxGapMs: number | null;
  /** A breach that begins so soon after the clearing reopens the alert. */
  reopenWithinMs: number;
}

export interface Verdict {
  rule: string;
  outcome: Outcome;
  /** What was measured; 1 and 0 for true and false, and for inside and outside a place. */
  value: number;
  /** What the value is of: told with every breach, and by rules that name several measurements. */
  measurement: string | null;
  /** Told with a breach. */
  severity: string | null;
  /** How verdicts of this rule become an alert; null when the first breach opens it and the first normal reading clears it. Told with a breach, and with normal when it matters there. */
  timing: Timing | null;
}

export interface Silence {
  rule: string;
  /** How long nothing must have been received from the vehicle. */
  afterMs: number;
  severity: string;
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
  /** Rules that are switched off for this vehicle: what they opened clears. */
  off: string[];
  /** Rules about silence that hold for this vehicle until its next reading. */
  silences: Silence[];
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
              "doc": "What was measured; 1 and 0 for true and false, and for inside and outside a place."
            },
            {
              "name": "measurement",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "What the value is of: told with every breach, and by rules that name several measurements."
            },
            {
              "name": "severity",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Told with a breach."
            },
            {
              "name": "timing",
              "default": null,
              "doc": "How verdicts of this rule become an alert; null when the first breach opens it and the first normal reading clears it. Told with a breach, and with normal when it matters there.",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Timing",
                  "doc": "On the vehicle's own time. What is zero, one or null is not asked for.",
                  "fields": [
                    {
                      "name": "forMs",
                      "type": "long",
                      "doc": "How long it must breach without interruption."
                    },
                    {
                      "name": "clearForMs",
                      "type": "long",
                      "doc": "How long it must be normal without interruption."
                    },
                    {
                      "name": "repeatTimes",
                      "type": "int",
                      "doc": "So many breaching readings within repeatWithinMs."
                    },
                    {
                      "name": "repeatWithinMs",
                      "type": "long"
                    },
                    {
                      "name": "maxGapMs",
                      "type": [
                        "null",
                        "long"
                      ],
                      "doc": "Readings further apart do not belong to one uninterrupted time."
                    },
                    {
                      "name": "reopenWithinMs",
                      "type": "long",
                      "doc": "A breach that begins so soon after the clearing reopens the alert."
                    }
                  ]
                }
              ]
            }
          ]
        }
      }
    },
    {
      "name": "off",
      "type": {
        "type": "array",
        "items": "string"
      },
      "default": [],
      "doc": "Rules that are switched off for this vehicle: what they opened clears."
    },
    {
      "name": "silences",
      "doc": "Rules about silence that hold for this vehicle until its next reading.",
      "default": [],
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "Silence",
          "fields": [
            {
              "name": "rule",
              "type": "string"
            },
            {
              "name": "afterMs",
              "type": "long",
              "doc": "How long nothing must have been received from the vehicle."
            },
            {
              "name": "severity",
              "type": "string"
            }
          ]
        }
      }
    }
  ]
};
