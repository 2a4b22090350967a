import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import { generate } from '../generate.mjs';

it('the generated types are those of the .avsc files', () => {
  const files = generate() as Record<string, string>;
  expect(Object.keys(files)).toEqual(['dead-letter.ts', 'reading.ts', 'signal.ts']);
  for (const [name, text] of Object.entries(files)) {
    expect(readFileSync(new URL(`./generated/${name}`, import.meta.url), 'utf8'), name).toBe(text);
  }
});
