import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const TITLE =
  /\b(?:it|test)(?:\.each)?\(\s*(?:\[[^\]]*\][^)]*\)\(\s*)?[`'"]((?:[BPAWNK]\d{1,2})(?:,? (?:and )?[BPAWNK]\d{1,2})*):\s*([^`'"\n]*)/g;

/** Which test files name which scenario at the front of a title. @returns code → files, relative to the root */
export function coveredScenarios(root) {
  const covered = new Map();
  for (const file of specFiles(root)) {
    for (const [, codes] of readFileSync(file, 'utf8').matchAll(TITLE)) {
      for (const code of codes.match(/[BPAWNK]\d{1,2}/g) ?? []) {
        const files = covered.get(code) ?? new Set();
        covered.set(code, files.add(relative(root, file)));
      }
    }
  }
  return covered;
}

/** The codes that `navora drill` can inject. */
export function drilledScenarios(root) {
  const folder = join(root, 'libs/drill/src');
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.spec.ts'));
  const codes = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/^\s+code: '([A-Z]\d+)',$/gm)].map(
      ([, code]) => code,
    ),
  );
  return new Set(codes);
}

function specFiles(root) {
  return ['apps', 'libs', 'infra'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.spec.ts') && !/node_modules|out-tsc|dist/.test(name))
      .map((name) => join(root, folder, name)),
  );
}
