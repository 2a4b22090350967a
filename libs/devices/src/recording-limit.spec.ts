import { expect, it } from 'vitest';
import { RecordingLimit } from './recording-limit.js';

it('takes a hundred changes of a vehicle in an hour, says once that it leaves out more, and takes others', () => {
  const limit = new RecordingLimit();
  const at = new Date('2026-11-27T10:30:00Z');
  const outcomes = Array.from({ length: 103 }, () => limit.offer('truck-1', at));
  expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(100);
  expect(outcomes.slice(100)).toEqual(['first-left-out', 'left-out', 'left-out']);
  expect(limit.offer('truck-2', at)).toBe('recorded');
  expect(limit.offer('truck-1', new Date('2026-11-27T11:00:00Z'))).toBe('recorded');
});
