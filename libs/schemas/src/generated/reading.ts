// Generated from avro/reading.avsc by generate.mjs. Do not edit.

export interface Location {
  /** Degrees, WGS 84, north positive. */
  latitude: number;
  /** Degrees, WGS 84, east positive. */
  longitude: number;
}

/** One telemetry message: what a vehicle measured at one moment. Every measurement is nullable, because real vehicles lack sensors; a missing value is never a zero. */
export interface Reading {
  /** Made on the device; the same at every redelivery. */
  messageId: string;
  /** [A-Za-z0-9_-]{1,64} */
  vehicleId: string;
  /** When it was measured, by the vehicle's clock, UTC. */
  recordedAt: number;
  /** A counter kept by the device. */
  sequence: number | null;
  location: Location | null;
  /** km/h */
  speedKph: number | null;
  /** 0-100 */
  fuelLevelPercent: number | null;
  /** Degrees Celsius */
  engineTemperatureC: number | null;
  /** Degrees Celsius */
  cargoTemperatureC: number | null;
  ignitionOn: boolean | null;
  /** Measurements this schema has no field for, by their name. */
  extras: Record<string, number | boolean | string>;
}

export const readingSchema = {
  "type": "record",
  "name": "Reading",
  "namespace": "navora.telemetry",
  "doc": "One telemetry message: what a vehicle measured at one moment. Every measurement is nullable, because real vehicles lack sensors; a missing value is never a zero.",
  "fields": [
    {
      "name": "messageId",
      "type": {
        "type": "string",
        "logicalType": "uuid"
      },
      "doc": "Made on the device; the same at every redelivery."
    },
    {
      "name": "vehicleId",
      "type": "string",
      "doc": "[A-Za-z0-9_-]{1,64}"
    },
    {
      "name": "recordedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was measured, by the vehicle's clock, UTC."
    },
    {
      "name": "sequence",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "A counter kept by the device."
    },
    {
      "name": "location",
      "type": [
        "null",
        {
          "type": "record",
          "name": "Location",
          "fields": [
            {
              "name": "latitude",
              "type": "double",
              "doc": "Degrees, WGS 84, north positive."
            },
            {
              "name": "longitude",
              "type": "double",
              "doc": "Degrees, WGS 84, east positive."
            }
          ]
        }
      ],
      "default": null
    },
    {
      "name": "speedKph",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "km/h"
    },
    {
      "name": "fuelLevelPercent",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "0-100"
    },
    {
      "name": "engineTemperatureC",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Degrees Celsius"
    },
    {
      "name": "cargoTemperatureC",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Degrees Celsius"
    },
    {
      "name": "ignitionOn",
      "type": [
        "null",
        "boolean"
      ],
      "default": null
    },
    {
      "name": "extras",
      "type": {
        "type": "map",
        "values": [
          "double",
          "boolean",
          "string"
        ]
      },
      "default": {},
      "doc": "Measurements this schema has no field for, by their name."
    }
  ]
};
