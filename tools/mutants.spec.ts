import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DRILLS, mutated, MUTANTS } from './mutants/mutants.mjs';

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

it('names tests and drills that exist', () => {
  for (const one of MUTANTS.flatMap(({ caught }) => caught)) {
    if (one.where === 'real') expect(Object.keys(DRILLS)).toContain(one.title);
    else expect(read(one.spec), one.spec).toContain(`it('${one.title}`);
  }
});

it('docs/mutants.md tells of each mutant what it does and which invariant catches it', () => {
  const rows = read('docs/mutants.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const told = rows.map(([, name, does, inMemory, audited]) => ({ name, does, inMemory, audited }));
  expect(told).toEqual(
    MUTANTS.map(({ name, does, caught }) => ({
      name: `\`${name}\``,
      does,
      inMemory: caughtBy(caught, 'unit'),
      audited: caughtBy(caught, 'real'),
    })),
  );
});

function caughtBy(caught: (typeof MUTANTS)[number]['caught'], where: 'unit' | 'real'): string {
  return [...new Set(caught.filter((one) => one.where === where).flatMap(({ by }) => by))].join(' or ');
}
