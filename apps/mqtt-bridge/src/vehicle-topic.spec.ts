import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOPIC_PATTERN, VehicleTopic } from './vehicle-topic.js';

describe('VehicleTopic', () => {
  const topic = new VehicleTopic('vehicles/{vehicleId}/telemetry');

  it('subscribes to one level in the place of the vehicle', () => {
    expect(topic.filter).toBe('vehicles/+/telemetry');
    expect(new VehicleTopic('{vehicleId}').filter).toBe('+');
    expect(new VehicleTopic('fleets/berlin/{vehicleId}').filter).toBe('fleets/berlin/+');
  });

  it('finds the vehicle', () => {
    expect(topic.vehicleOf('vehicles/truck-17/telemetry')).toBe('truck-17');
    expect(new VehicleTopic('{vehicleId}').vehicleOf('truck-17')).toBe('truck-17');
  });

  it.each([
    'vehicles//telemetry',
    'vehicles/truck 17/telemetry',
    'vehicles/a/b/telemetry',
    'vehicles/telemetry',
    'vehicles/truck-17/telemetry/more',
    'other/truck-17/telemetry',
    `vehicles/${'x'.repeat(65)}/telemetry`,
    `vehicles/${'x'.repeat(65_000)}/telemetry`,
    '',
  ])('finds none in %.40s', (other) => {
    expect(topic.vehicleOf(other)).toBeUndefined();
  });

  it.each([
    'vehicles/telemetry',
    'vehicles/{vehicleId}x/telemetry',
    '{vehicleId}/{vehicleId}',
    'fleets/+/{vehicleId}',
    '{vehicleId}/#',
    '$share/bridges/vehicles/{vehicleId}/telemetry',
    '$queue/{vehicleId}',
    'fleets/{fleet}/{vehicleId}',
    '',
  ])('B14: refuses the pattern "%s"', (pattern) => {
    expect(TOPIC_PATTERN.test(pattern)).toBe(false);
    expect(() => new VehicleTopic(pattern)).toThrow(RangeError);
  });

  it('never throws, and finds only ids that put back make the topic again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((id) => `vehicles/${id}/telemetry`),
        ),
        (other) => {
          const id = topic.vehicleOf(other);
          if (id !== undefined) expect(`vehicles/${id}/telemetry`).toBe(other);
        },
      ),
    );
  });
});
