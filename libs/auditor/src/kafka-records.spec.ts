import { expect, it } from 'vitest';
import { vehicleInTopic } from './kafka-records.js';

it.each([
  ['vehicles/truck-1/telemetry', 'vehicles/{vehicleId}/telemetry', 'truck-1'],
  ['fleets/north/vehicles/truck-1', 'fleets/{fleet}/vehicles/{vehicleId}', 'truck-1'],
  ['vehicles/truck 1/telemetry', 'vehicles/{vehicleId}/telemetry', undefined],
  ['vehicles/truck-1/telemetry/more', 'vehicles/{vehicleId}/telemetry', undefined],
  ['cars/truck-1/telemetry', 'vehicles/{vehicleId}/telemetry', undefined],
])('the topic %s under %s names %s', (topic, pattern, vehicle) => {
  expect(vehicleInTopic(topic, pattern)).toBe(vehicle);
});
