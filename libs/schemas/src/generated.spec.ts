import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import { generate } from '../generate.mjs';

it('what is generated is that of the .avsc files', () => {
  const files = generate() as Record<string, string>;
  expect(Object.keys(files)).toEqual([
    'src/generated/dead-letter.ts',
    'src/generated/reading.ts',
    'src/generated/signal.ts',
    'json/reading.schema.json',
  ]);
  for (const [path, text] of Object.entries(files)) {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), path).toBe(text);
  }
});
