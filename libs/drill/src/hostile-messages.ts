import { randomUUID } from 'node:crypto';
import type { Handmade, Random } from '@navora/simulator';

type Body = (random: Random) => Buffer;

const text = (value: unknown) => Buffer.from(JSON.stringify(value));
const good = () => ({ messageId: randomUUID(), recordedAt: Date.now(), speedKph: 30 });

/** Each must become a dead letter and nothing else. */
const BODIES: readonly [Body, ...Body[]] = [
  () => Buffer.alloc(0),
  (random) => Buffer.from(Array.from({ length: 200 }, () => Math.floor(random.between(1, 256)))),
  (random) => text({ ...good(), note: 'x'.repeat(Math.floor(random.between(65_600, 120_000))) }),
  (random) => text(good()).subarray(0, Math.floor(random.between(1, 40))),
  () => text({ ...good(), vehicleId: 'somebody-else' }),
  () => text({ ...good(), recordedAt: 'yesterday' }),
  () => text({ ...good(), speedKph: 'fast' }),
  () => text([good()]),
  () => text(null),
  () => Buffer.from(`${'['.repeat(5000)}${']'.repeat(5000)}`),
];

export function hostileMessage(random: Random): Handmade {
  return {
    vehicleId: `drill-odd-${Math.floor(random.between(0, 20))}`,
    messageId: randomUUID(),
    recordedAt: Date.now(),
    encoding: 'json',
    body: random.pick(BODIES)(random),
  };
}
