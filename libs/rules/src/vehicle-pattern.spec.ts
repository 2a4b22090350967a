import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fits } from './vehicle-pattern.js';

it.each([
  ['truck-1', 'truck-1', true],
  ['truck-1', 'truck-10', false],
  ['truck-*', 'truck-10', true],
  ['truck-*', 'truck-', true],
  ['*-de', 'reefer-de', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*', 'anything', true],
])('%s, asked for %s: %s', (pattern, vehicleId, expected) => {
  expect(fits(pattern, vehicleId)).toBe(expected);
});

it('a pattern fits as its regular expression does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 7 });
  const id = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
  fc.assert(
    fc.property(letters, id, (pattern, vehicleId) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      expect(fits(pattern, vehicleId)).toBe(expression.test(vehicleId));
    }),
    { numRuns: 2000 },
  );
});
