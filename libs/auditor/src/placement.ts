/** murmur2 as Kafka's default partitioner computes it (Austin Appleby's MurmurHash2, 32 bit, seed 0x9747b28c). */
export function murmur2(key: string): number {
  const bytes = Buffer.from(key, 'utf8');
  const m = 0x5bd1e995;
  const whole = bytes.length & ~3;
  let hash = 0x9747b28c ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), m);
    word = Math.imul(word ^ (word >>> 24), m);
    hash = Math.imul(hash, m) ^ word;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | bytes.readUInt8(at);
  if (bytes.length > whole) hash = Math.imul(hash ^ tail, m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}

/** Which of `count` partitions, shards or buckets a vehicle belongs to. */
export function slotOf(vehicleId: string, count: number): number {
  return (murmur2(vehicleId) & 0x7fffffff) % count;
}

export function bucketOf(recordedAt: number, bucketMs: number): number {
  return Math.floor(recordedAt / bucketMs) * bucketMs;
}

export const OPEN_ALERT_BUCKETS = 16;
