import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { unitTests } from '../../vitest.base.js';
import { chosenMutation } from './chosen-mutant.mjs';

const { NAVORA_MUTANT_SPEC: spec = '', NAVORA_MUTANT_REPORT: report } = process.env;
const base = unitTests('mutants');

/** One test file, with the mutant that the environment names in place of the source. */
export default defineConfig({
  ...base,
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load: (id) => (id.endsWith('.ts') ? chosenMutation(id, readFileSync(id, 'utf8')) : undefined),
    },
  ],
  test: { ...base.test, include: [spec], exclude: [], reporters: [['json', { outputFile: report }]] },
});
