import { randomUUID } from 'node:crypto';
import type { Handmade, Random } from '@navora/simulator';
import type { Fault, World } from './fault.js';
import { hostileMessage } from './hostile-messages.js';

const HOUR_MS = 3_600_000;
const EVERY_MS = 20;

export const hostileMessages: Fault = {
  code: 'B12',
  title: 'hostile messages beside the good ones: empty, too large, malformed, of another vehicle',
  invariants: ['I1', 'I8'],
  touches: ['load'],
  lastsMs: [5000, 15_000],
  begin: (world) => sending(world, 'hostile messages', () => hostileMessage(world.random)),
};

export const sameIdOtherContent: Fault = {
  code: 'P11',
  title: 'the same id again with other content: a dead letter, and the first row stays',
  invariants: ['I3', 'I8'],
  touches: ['load'],
  lastsMs: [3000, 8000],
  begin: (world) =>
    sending(world, 'ids sent again with other content', () => {
      const first = aReading(world.random, Date.now());
      const other = { ...first, body: bodyOf(first, { speedKph: 11 }) };
      return world.random.chance(0.5) ? [first, other] : [first, other, first];
    }),
};

export const deviceClocks: Fault = {
  code: 'P14',
  title: 'clocks an hour off, in the far future, in 1970, beyond the retention, and corrected again',
  invariants: ['I3', 'I7', 'I8'],
  touches: ['load'],
  lastsMs: [4000, 12_000],
  begin: (world) =>
    sending(world, 'clocks that are wrong', () => {
      const now = Date.now();
      const times = [
        now - HOUR_MS,
        now + HOUR_MS,
        now + 59 * 60_000,
        now,
        0,
        now + 1e6 * HOUR_MS,
        now - 400 * 24 * HOUR_MS,
      ];
      return aReading(world.random, world.random.pick(times as [number, ...number[]]));
    }),
};

const BURST_VEHICLES = 20;
const BURST_HOURS = 48;

export const hourlyBursts: Fault = {
  code: 'P27',
  title: 'vehicles that come back with 48 hours of buffered readings each',
  invariants: ['I3', 'I4', 'I7', 'I9'],
  touches: ['load'],
  lastsMs: [6000, 12_000],
  begin: async ({ hands, random, tell }) => {
    tell(`${BURST_VEHICLES} vehicles with ${BURST_HOURS} hours each`);
    for (let vehicle = 0; vehicle < BURST_VEHICLES; vehicle++) {
      const vehicleId = `drill-burst-${random.between(1e8, 1e9).toFixed(0)}`;
      for (let quarter = BURST_HOURS * 4; quarter > 0; quarter--)
        hands.send(aReading(random, Date.now() - (quarter * HOUR_MS) / 4, vehicleId));
    }
    return () => Promise.resolve();
  },
};

function sending(
  { hands, tell }: World,
  what: string,
  make: () => Handmade | Handmade[],
): ReturnType<Fault['begin']> {
  tell(what);
  const timer = setInterval(() => {
    for (const message of [make()].flat()) hands.send(message);
  }, EVERY_MS);
  return Promise.resolve(async () => clearInterval(timer));
}

const ODD_VEHICLES = 20;

export function aReading(
  random: Random,
  recordedAt: number,
  vehicleId = `drill-odd-${Math.floor(random.between(0, ODD_VEHICLES))}`,
): Handmade {
  const reading = {
    vehicleId,
    messageId: randomUUID(),
    recordedAt,
    encoding: 'json' as const,
    body: Buffer.alloc(0),
  };
  const engineTemperatureC = Math.round(random.between(80, 106));
  return { ...reading, body: bodyOf(reading, { speedKph: 50, engineTemperatureC }) };
}

function bodyOf({ messageId, recordedAt }: Omit<Handmade, 'body'>, measured: Record<string, number>): Buffer {
  return Buffer.from(JSON.stringify({ messageId, recordedAt, ...measured }));
}
