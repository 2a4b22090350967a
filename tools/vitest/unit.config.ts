import { defineConfig } from 'vitest/config';

/** All unit tests in one run. */
export default defineConfig({
  test: {
    pool: 'threads',
    // By default one processor is kept free, of two.
    maxWorkers: '100%',
    projects: [
      '{libs,apps}/*/vitest.config.ts',
      'infra/*/vitest.config.ts',
      'bench/vitest.config.ts',
      'tools/vitest.config.ts',
    ],
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
});
