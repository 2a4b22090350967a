import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'tools', include: ['*.spec.ts'], environment: 'node', testTimeout: 60_000 },
});
