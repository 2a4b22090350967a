import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { expect, it } from 'vitest';
import { murmur2, partitionOf } from './murmur2.js';

/** From Kafka's own `UtilsTest.testMurmur2`. */
const KNOWN: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

it.each(KNOWN)('hashes %s as Kafka does', (key, hash) => {
  expect(murmur2(key)).toBe(hash);
});

it('gives every key the partition that the default partitioner of the Kafka client gives it', () => {
  const partitionMetadata = Array.from(
    { length: 16 },
    (_, partitionId) => ({ partitionId, leader: 1 }) as PartitionMetadata,
  );
  const partitioner = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 64 }), (key) => {
      expect(partitionOf(key, 16)).toBe(
        partitioner({ topic: 't', partitionMetadata, message: { key, value: null } }),
      );
    }),
  );
});
