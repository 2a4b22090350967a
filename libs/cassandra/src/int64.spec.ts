import fc from 'fast-check';
import { expect, it } from 'vitest';
import { int64 } from './int64.js';

it('is the eight bytes of a number, whatever its sign', () => {
  const exact = fc.integer({ min: -(2 ** 53), max: 2 ** 53 });
  fc.assert(fc.property(exact, (value) => int64(value).readBigInt64BE() === BigInt(value)));
  for (const value of [0, -1, 1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 1_763_800_000_000])
    expect(int64(value).readBigInt64BE()).toBe(BigInt(value));
});
