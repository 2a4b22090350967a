import { defineConfig } from 'vitest/config';
import unit from './vitest.config.js';

/** On real processes: minutes, one file at a time. */
export default defineConfig({
  ...unit,
  test: {
    name: 'local-stack-int',
    include: ['src/**/*.int.spec.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
