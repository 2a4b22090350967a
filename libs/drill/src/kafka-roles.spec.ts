import { expect, it } from 'vitest';
import { coordinatorOf, dutiesOf } from './kafka-roles.js';

it('finds the coordinator of a group where Kafka puts the group', () => {
  // In Java, "navora-processor".hashCode() is 122087456, and "navora-alerts".hashCode() is 1321886153.
  const offsets = Array.from({ length: 8 }, (_, partitionId) => ({ partitionId, leader: partitionId + 10 }));
  expect(coordinatorOf('navora-processor', offsets)).toBe(10);
  expect(coordinatorOf('navora-alerts', offsets)).toBe(11);
});

it('says what a node does', () => {
  const roles = { controller: 2, coordinators: new Map([['navora-alerts', 2]]), leaders: [1, 2, 2, 3] };
  expect(dutiesOf(roles, 2)).toBe('controller, coordinator of navora-alerts, leader of 2 of 4 partitions');
  expect(dutiesOf(roles, 3)).toBe('leader of 1 of 4 partitions');
});
