import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mutated, MUTANTS } from './mutants/mutants.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

it.each(MUTANTS)('the mutant $name fits the code as it is', (mutant) => {
  const source = read(mutant.file);
  expect(mutated(mutant, source)).not.toBe(source);
});

it('refuses a mutant whose code has moved on', () => {
  const mutant = { ...(MUTANTS[0] as (typeof MUTANTS)[number]), from: 'no such code' };
  expect(() => mutated(mutant, read(mutant.file))).toThrow(/no longer fits.*0 times/);
});

it('names tests that exist', () => {
  for (const { caught } of MUTANTS) {
    for (const { spec, title } of caught) expect(read(spec), spec).toContain(`it('${title}`);
  }
});

it('docs/mutants.md tells of each mutant what it does and which invariant catches it', () => {
  const rows = read('docs/mutants.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const told = rows.map(([, name, does, by]) => ({ name, does, by }));
  expect(told).toEqual(
    MUTANTS.map(({ name, does, caught }) => ({
      name: `\`${name}\``,
      does,
      by: [...new Set(caught.flatMap(({ by }) => by))].join(' or '),
    })),
  );
});
