import { defineConfig } from 'vitest/config';
import { onWhatIsThere } from '../../vitest.base.js';

/** What needs no stack: measurements of our code alone, and what is tried on a service that somebody else runs. */
export default defineConfig(
  onWhatIsThere('libs/schemas/src/decoding.drill.spec.ts', 'apps/cli/src/registry-contract.int.spec.ts'),
);
