import { expect, it } from 'vitest';
import { onOneClock } from './replay-options.js';

it('keeps the distance in time between vehicles, counted from the earliest reading', () => {
  const due = onOneClock([
    { vehicleId: 'a', recordedAt: 5_000 },
    { vehicleId: 'a', recordedAt: 7_000 },
    { vehicleId: 'b', recordedAt: 4_000 },
    { vehicleId: 'b', recordedAt: 6_000 },
  ]);
  expect(due.map(({ reading, dueMs }) => `${reading.vehicleId} ${dueMs}`)).toEqual([
    'b 0',
    'a 1000',
    'b 2000',
    'a 3000',
  ]);
});

it("keeps a vehicle's order where its recording goes back in time", () => {
  const due = onOneClock([
    { vehicleId: 'a', recordedAt: 9_000 },
    { vehicleId: 'a', recordedAt: 2_000 },
    { vehicleId: 'a', recordedAt: 10_000 },
  ]);
  expect(due.map(({ reading, dueMs }) => [reading.recordedAt, dueMs])).toEqual([
    [9_000, 7_000],
    [2_000, 7_000],
    [10_000, 8_000],
  ]);
});
