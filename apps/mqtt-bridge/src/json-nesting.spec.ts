import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nestsDeeperThan } from './json-nesting.js';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it('knows the depth of any JSON, also with brackets and quotes in its texts', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('[[[[', '}"]', '\\"{{', '\\'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      text,
      fc.integer(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      const json = Buffer.from(JSON.stringify(one));
      const depth = depthOf(one);
      expect(nestsDeeperThan(depth, json)).toBe(false);
      if (depth > 0) expect(nestsDeeperThan(depth - 1, json)).toBe(true);
    }),
  );
});

it('does not throw at what is no JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(nestsDeeperThan(1000, Buffer.from(bytes))).toBe(false);
    }),
  );
});
