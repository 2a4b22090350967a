// Generated from avro/reading.avsc by generate.mjs. Do not edit.

export interface Location {
  /** WGS 84, north positive. In degrees (VSS Vehicle.CurrentLocation.Latitude). */
  latitude: number;
  /** WGS 84, east positive. In degrees (VSS Vehicle.CurrentLocation.Longitude). */
  longitude: number;
}

/** One telemetry message: what a vehicle measured at one moment. Every measurement is nullable, because real vehicles lack sensors; a missing value is never a zero. */
export interface Reading {
  /** Made on the device; the same at every redelivery. */
  messageId: string;
  /** Of [A-Za-z0-9_-], 1 to 64 characters; also in the topic and the certificate. */
  vehicleId: string;
  /** When it was measured, by the vehicle's clock, UTC. */
  recordedAt: number;
  /** A counter kept by the device. */
  sequence: number | null;
  location: Location | null;
  /** In km/h (VSS Vehicle.Speed). */
  speedKph: number | null;
  /** Of the tank's capacity, 0-100. In percent (VSS Vehicle.Powertrain.FuelSystem.RelativeLevel). */
  fuelLevelPercent: number | null;
  /** Of the engine's coolant. In Celsius (VSS Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature). */
  engineTemperatureC: number | null;
  /** Where the cargo is. VSS has no such signal: docs/vss/navora.vspec adds it. In Celsius (VSS Vehicle.Cargo.Temperature). */
  cargoTemperatureC: number | null;
  /** True where VSS says ON or START, false where it says LOCK, OFF or ACC, null where it says UNDEFINED. VSS Vehicle.LowVoltageSystemState. */
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
      "doc": "Of [A-Za-z0-9_-], 1 to 64 characters; also in the topic and the certificate."
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
              "doc": "WGS 84, north positive.",
              "vss": "Vehicle.CurrentLocation.Latitude",
              "unit": "degrees"
            },
            {
              "name": "longitude",
              "type": "double",
              "doc": "WGS 84, east positive.",
              "vss": "Vehicle.CurrentLocation.Longitude",
              "unit": "degrees"
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
      "vss": "Vehicle.Speed",
      "unit": "km/h"
    },
    {
      "name": "fuelLevelPercent",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Of the tank's capacity, 0-100.",
      "vss": "Vehicle.Powertrain.FuelSystem.RelativeLevel",
      "unit": "percent"
    },
    {
      "name": "engineTemperatureC",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Of the engine's coolant.",
      "vss": "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
      "unit": "Celsius"
    },
    {
      "name": "cargoTemperatureC",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Where the cargo is. VSS has no such signal: docs/vss/navora.vspec adds it.",
      "vss": "Vehicle.Cargo.Temperature",
      "unit": "Celsius"
    },
    {
      "name": "ignitionOn",
      "type": [
        "null",
        "boolean"
      ],
      "default": null,
      "doc": "True where VSS says ON or START, false where it says LOCK, OFF or ACC, null where it says UNDEFINED.",
      "vss": "Vehicle.LowVoltageSystemState"
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
