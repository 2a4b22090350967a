import { expect, it } from 'vitest';
import { LongestWaits } from './hold-ups.js';

const ID = '0190c0de-0000-7000-8000-000000000001';
const sent = (at: number, messageId: string | null = ID) =>
  JSON.stringify({ type: 'sent', at, vehicleId: 'truck-17', order: 1, messageId });

/** One window, from 1000 to 2000. */
function waitOf(lines: string[], writtenAt: number): number | undefined {
  const waits = new LongestWaits([{ from: 1000, to: 2000 }]);
  for (const line of lines) waits.note(line);
  waits.stored({ messageId: ID, writtenAt });
  return waits.longestMs[0];
}

it('is the time from the attempt to the row, also when the row comes after the fault', () => {
  expect(waitOf([sent(1500)], 9500)).toBe(8000);
});

it('asks nothing of what was sent before the fault or after it', () => {
  expect(waitOf([sent(999)], 9500)).toBe(0);
  expect(waitOf([sent(2001)], 9500)).toBe(0);
});

it('begins anew with an attempt that came before the row, and ignores one that came after', () => {
  expect(waitOf([sent(1100), sent(1900), sent(1990)], 1950)).toBe(50);
});

it('begins anew also with an attempt that came when the fault was over', () => {
  expect(waitOf([sent(1900), sent(15_900)], 15_950)).toBe(0);
});

it('has no use for acknowledgements and messages without an id', () => {
  const acknowledged = JSON.stringify({ type: 'acknowledged', at: 1500, vehicleId: 'truck-17', order: 1 });
  expect(waitOf([acknowledged, sent(1500, null)], 9500)).toBe(0);
});

it('tells windows apart, and keeps the longest of each', () => {
  const waits = new LongestWaits([
    { from: 0, to: 100 },
    { from: 200, to: 300 },
  ]);
  for (const [messageId, at, writtenAt] of [
    ['a', 50, 60],
    ['b', 50, 90],
    ['c', 250, 1250],
  ] as const) {
    waits.note(sent(at, messageId));
    waits.stored({ messageId, writtenAt });
  }
  expect(waits.longestMs).toEqual([40, 1000]);
});
