import { defineConfig } from 'vitest/config';
import { unitTests } from '../../vitest.base.js';

// These become Node's own conditions: with "import" among them, `require` inside cassandra-driver is given an ES module.
const conditions = ['@navora/source', 'node', 'default'];

export default defineConfig({
  ...unitTests('local-stack'),
  ssr: { resolve: { conditions, externalConditions: conditions } },
});
