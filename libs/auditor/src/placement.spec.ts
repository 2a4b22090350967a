import { expect, it } from 'vitest';
import { bucketOf, murmur2, slotOf } from './placement.js';

it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])("hashes %s as Kafka's own tests say", (key, hash) => expect(murmur2(key)).toBe(hash));

it('puts a shard of 64 into one partition of 16', () => {
  for (let n = 0; n < 1000; n++) expect(slotOf(`truck-${n}`, 64) % 16).toBe(slotOf(`truck-${n}`, 16));
});

it('cuts times to the hour, also before 1970', () => {
  expect(bucketOf(Date.parse('2026-11-22T08:59:59.999Z'), 3_600_000)).toBe(
    Date.parse('2026-11-22T08:00:00Z'),
  );
  expect(bucketOf(-1, 3_600_000)).toBe(-3_600_000);
});
