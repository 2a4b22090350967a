import { describe, expect, it } from 'vitest';
import { judgeJson } from './body.js';

const ID = '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10';
const GOOD = { messageId: ID, recordedAt: '2026-11-22T08:15:30.250Z' };

const judged = (body: object | string) =>
  judgeJson(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'truck-17');
const contentOf = (body: object) => {
  const it = judged({ ...GOOD, ...body });
  return 'reading' in it ? Object.fromEntries(it.reading.content) : it;
};

describe('a good body', () => {
  it('keeps what has no field as extras, flat, without nulls', () => {
    const tyre = { frontLeft: 820, rear: { left: null, right: 790.5 } };
    const extras = { door: 'open', nested: { a: true } };
    expect(contentOf({ speedKph: 71.5, tyre, faults: [1, null, 'x'], none: null, extras })).toEqual({
      speedKph: 71.5,
      'tyre.frontLeft': 820,
      'tyre.rear.right': 790.5,
      faults: '[1,null,"x"]',
      door: 'open',
      'nested.a': true,
    });
  });

  it('tells an absent sensor from a zero', () => {
    expect(contentOf({ speedKph: 0, fuelLevelPercent: null })).toEqual({ speedKph: 0 });
  });

  it('names its position by its parts', () => {
    const location = { latitude: 52.5, longitude: 13.4 };
    expect(contentOf({ location })).toEqual({ 'location.latitude': 52.5, 'location.longitude': 13.4 });
  });

  it.each([
    [1763800000120, 1763800000120],
    ['2024-02-29T00:00:00Z', Date.parse('2024-02-29T00:00:00Z')],
    ['2026-11-22T09:15:30+01:00', Date.parse('2026-11-22T08:15:30Z')],
  ])('was recorded at %s', (recordedAt, ms) => {
    expect(judged({ ...GOOD, recordedAt })).toMatchObject({ reading: { recordedAt: ms } });
  });

  it('has the id of its bytes when it names none, and lower case when it does', () => {
    const bytes = '{"recordedAt":1763800000120}';
    const id = '4b2d8f3f-8a6a-5c3f-9a07-000000000000';
    expect(judged(bytes)).toMatchObject({ reading: { messageId: expect.stringMatching(/-5[0-9a-f]{3}-/) } });
    expect(judged(bytes)).toEqual(judged(bytes));
    expect(judged({ ...GOOD, messageId: id.toUpperCase() })).toMatchObject({ reading: { messageId: id } });
  });
});

describe('a bad body', () => {
  it.each<[string, object | string]>([
    ['empty-body', ''],
    ['malformed-body', 'not JSON'],
    ['malformed-body', '[]'],
    ['malformed-body', { messageId: ID }],
    ['malformed-body', { ...GOOD, recordedAt: '2026-11-22T08:15:30' }],
    ['malformed-body', { ...GOOD, recordedAt: '2026-02-30T08:15:30Z' }],
    ['malformed-body', { ...GOOD, recordedAt: '2026-04-31T08:15:30+02:00' }],
    ['malformed-body', { ...GOOD, recordedAt: '2026-13-01T08:15:30Z' }],
    ['malformed-body', { ...GOOD, recordedAt: 253_402_300_800_000 }],
    ['malformed-body', { ...GOOD, recordedAt: -62_135_596_800_001 }],
    ['malformed-body', { ...GOOD, sequence: 2 ** 52 + 1 }],
    ['malformed-body', '{"recordedAt":1,"speedKph":1e999}'],
    ['malformed-body', '{"recordedAt":1,"tyre":{"left":-1e999}}'],
    ['malformed-body', { ...GOOD, recordedAt: 1.5 }],
    ['malformed-body', { ...GOOD, messageId: 'seven' }],
    ['malformed-body', { ...GOOD, speedKph: '71' }],
    ['malformed-body', { ...GOOD, ignitionOn: 1 }],
    ['malformed-body', { ...GOOD, sequence: 1.5 }],
    ['malformed-body', { ...GOOD, location: { latitude: 52 } }],
    ['vehicle-mismatch', { ...GOOD, vehicleId: 'truck-18' }],
    ['body-too-large', ' '.repeat(64 * 1024 + 1)],
  ])('%s: %j', (bad, body) => expect(judged(body)).toMatchObject({ bad }));
});
