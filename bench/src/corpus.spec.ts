import { readingType, schemaIdOf, WIRE_PREFIX_BYTES } from '@navora/schemas';
import { expect, it } from 'vitest';
import { Corpus, recently } from './corpus.js';
import { newerType } from './newer-schema.js';

const FROM = Date.UTC(2026, 0, 5, 12);
const corpus = new Corpus({ seed: 7, readings: 1000, vehicles: 300, from: FROM });
const all = Array.from({ length: corpus.size }, (_, index) => corpus.reading(index));

it('is the same for the same seed, and another one for another', () => {
  const again = new Corpus(corpus.options);
  const other = new Corpus({ ...corpus.options, seed: 8 });
  expect(again.reading(917)).toEqual(corpus.reading(917));
  expect(other.reading(917).messageId).not.toBe(corpus.reading(917).messageId);
});

it('names no two readings alike', () => {
  expect(new Set(all.map(({ messageId }) => messageId)).size).toBe(1000);
});

it('has every vehicle in turn, each every ten seconds, and never goes back in time', () => {
  const of = (vehicleId: string) => all.filter((reading) => reading.vehicleId === vehicleId);
  expect(of('bench-000017').map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
  const times = of('bench-000017').map(({ recordedAt }) => recordedAt);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 10_000, 20_000, 30_000]);
  const order = all.map(({ recordedAt }) => recordedAt);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

it('finds a reading again by its vehicle and sequence, and by its body', () => {
  expect(corpus.indexOf('bench-000017', 3)).toBe(917);
  expect(corpus.indexOfBody(corpus.body(917, 5))).toBe(917);
  expect(corpus.indexOf('bench-000200', 3)).toBeUndefined();
  expect(corpus.indexOf('bench-000300', 0)).toBeUndefined();
  expect(corpus.indexOf('another', 0)).toBeUndefined();
  expect(corpus.indexOfBody(Buffer.from('none'))).toBeUndefined();
});

it('has bodies of about 130 bytes of Avro behind the prefix, which are its readings', () => {
  const body = corpus.body(917, 5);
  expect(body.length - WIRE_PREFIX_BYTES).toBeGreaterThan(120);
  expect(body.length - WIRE_PREFIX_BYTES).toBeLessThan(145);
  expect({ ...readingType.fromBuffer(body.subarray(WIRE_PREFIX_BYTES)) }).toMatchObject({
    messageId: corpus.reading(917).messageId,
    speedKph: corpus.reading(917).speedKph,
  });
});

it('shares its readings with a smaller one', () => {
  const smaller = corpus.firstOf(400);
  expect(smaller.size).toBe(400);
  expect(smaller.reading(399)).toEqual(corpus.reading(399));
  expect(smaller.indexOf('bench-000100', 1)).toBeUndefined();
});

it('begins with a whole hour, and is over however few vehicles it is of', () => {
  const now = FROM + 1_234_567;
  expect(recently({ seed: 7, readings: 1000, vehicles: 300 }, now)).toBe(FROM - 3_600_000);
  const few = { seed: 7, readings: 200_000, vehicles: 200 };
  const all = new Corpus({ ...few, from: recently(few, now) });
  expect(all.recordedAtOf(0) % 3_600_000).toBe(0);
  expect(now - all.recordedAtOf(all.size - 1)).toBeGreaterThan(3_600_000);
});

it('finds skewed readings again, and has the loudest vehicle first', () => {
  const skewed = new Corpus({ ...corpus.options, readings: 5000, skewed: true });
  for (const index of [0, 17, 4999]) {
    expect(skewed.indexOfBody(skewed.body(index, 5))).toBe(index);
    expect(skewed.firstOf(100).indexOfBody(skewed.body(index, 5))).toBe(index < 100 ? index : undefined);
  }
  const of = (vehicle: number) =>
    Array.from({ length: skewed.size }, (_, index) => skewed.vehicleOf(index)).filter(
      (one) => one === vehicle,
    );
  expect(of(0).length).toBeGreaterThan(2 * of(1).length);
});

it('has bodies as long as is asked for, which no two readings share', () => {
  const long = new Corpus({ ...corpus.options, bodyBytes: 1024 });
  expect(long.body(917, 5).length).toBeGreaterThan(1000);
  expect(long.body(917, 5).length).toBeLessThan(1060);
  expect(long.indexOfBody(long.body(917, 5))).toBe(917);
  expect(long.reading(1).extras['diagnostics']).not.toBe(long.reading(2).extras['diagnostics']);
});

it('writes the second half with the newer schema, if there is one', () => {
  const newerSchema = { id: 6, type: newerType };
  const changing = new Corpus({ ...corpus.options, newerSchema });
  const idOf = (index: number) => schemaIdOf(changing.body(index, 5));
  expect([idOf(0), idOf(499), idOf(500), idOf(999)]).toEqual([5, 5, 6, 6]);
  const newer = newerType.fromBuffer(changing.body(917, 5).subarray(WIRE_PREFIX_BYTES)) as object;
  expect(newer).toMatchObject({ oilPressureKpa: 310.5, messageId: changing.reading(917).messageId });
  expect([0, 917].map((index) => changing.indexOfBody(changing.body(index, 5)))).toEqual([0, 917]);
});
