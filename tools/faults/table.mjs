// Writes the table of docs/faults.md from the titles of the tests:
//   node tools/faults/table.mjs            --check: only say whether it is up to date
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coveredScenarios, drilledScenarios } from './covered.mjs';
import { NOT_COVERED, NOT_PASSED, SCENARIOS } from './scenarios.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const document = join(root, 'docs/faults.md');
const [BEGIN, END] = ['<!-- scenarios: begin -->', '<!-- scenarios: end -->'];

/** What a reader must know of a test before trusting it. */
function reservationOf(file) {
  if (NOT_PASSED.has(file)) return ' (long, **not passed yet**)';
  return file.endsWith('.drill.spec.ts') ? ' (long)' : '';
}

export function withTable(text, covered = coveredScenarios(root), drilled = drilledScenarios(root)) {
  const rows = SCENARIOS.map(({ code, fault, checks }) => {
    const files = [...(covered.get(code) ?? [])].sort();
    const drill = drilled.has(code) ? ['`drill`'] : [];
    const tests = files.map((file) => `[${nameOf(file)}](../${file})${reservationOf(file)}`);
    return `| ${code} | ${fault} | ${checks} | ${[...drill, ...tests].join(', ') || `**none**: ${NOT_COVERED.get(code) ?? 'not yet'}`} |`;
  });
  const table = ['| | fault | put to the test | proved by |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  const [head, rest] = text.split(BEGIN);
  return `${head}${BEGIN}\n<!-- prettier-ignore-start -->\n${table}\n<!-- prettier-ignore-end -->\n${END}${rest.split(END)[1]}`;
}

function nameOf(file) {
  return file
    .split('/')
    .at(-1)
    .replace(/(\.(int|fault|drill))?\.spec\.ts$/, '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(document, 'utf8');
  const wanted = withTable(text);
  if (process.argv.includes('--check')) process.exitCode = text === wanted ? 0 : 1;
  else writeFileSync(document, wanted);
}
