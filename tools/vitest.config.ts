import { defineConfig } from 'vitest/config';

/** Workspace packages are read from their sources. */
const conditions = ['@navora/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { name: 'tools', include: ['*.spec.ts'], environment: 'node', testTimeout: 60_000 },
});
