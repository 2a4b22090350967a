import type { ViteUserConfig } from 'vitest/config';

/** Workspace packages are read from their sources, so tests need no build. */
const fromSource = { conditions: ['@navora/source', 'node'] };

/** Unit tests: beside the code, in milliseconds, no service and no network. */
export function unitTests(name: string): ViteUserConfig {
  return {
    resolve: fromSource,
    ssr: { resolve: { ...fromSource, externalConditions: fromSource.conditions } },
    test: {
      name,
      include: ['src/**/*.spec.ts'],
      exclude: ['src/**/*.int.spec.ts', 'src/**/*.fault.spec.ts'],
      environment: 'node',
      passWithNoTests: false,
    },
  };
}
