import type { ViteUserConfig } from 'vitest/config';

/** Workspace packages are read from their sources, so tests need no build. */
const fromSource = { conditions: ['@navora/source', 'node'] };

/** For the tests themselves, and for the global setup, which runs in an environment of its own. */
const readFromSource: ViteUserConfig = {
  resolve: fromSource,
  ssr: { resolve: { ...fromSource, externalConditions: fromSource.conditions } },
  environments: {
    __vitest__: { resolve: { ...fromSource, externalConditions: fromSource.conditions } },
  },
};

/** Unit tests: beside the code, in milliseconds, no service and no network. */
export function unitTests(name: string): ViteUserConfig {
  return {
    ...readFromSource,
    test: {
      name,
      include: ['src/**/*.spec.ts'],
      exclude: [
        'src/**/*.int.spec.ts',
        'src/**/*.fault.spec.ts',
        'src/**/*.drill.spec.ts',
        'src/**/*.security.spec.ts',
      ],
      environment: 'node',
      // Files of milliseconds: a process for each would take longer than its tests.
      pool: 'threads',
      passWithNoTests: false,
      // Not for slow tests, but for machines that have other things to do.
      testTimeout: 20_000,
    },
  };
}

/** What each run on real services takes: `services` is part of `npm test`, `faults` has the long drills. */
const SUFFIXES = {
  int: ['int'],
  fault: ['fault'],
  services: ['int', 'fault', 'security'],
  security: ['security', 'security.drill'],
  faults: ['fault', 'drill'],
};

/** Tests on real services: started once for the whole run, each test with names of its own on them. */
export function onRealServices(kind: keyof typeof SUFFIXES): ViteUserConfig {
  return {
    ...readFromSource,
    test: {
      name: kind,
      include: SUFFIXES[kind].map((suffix) => `{{libs,apps,infra}/*,bench}/src/**/*.${suffix}.spec.ts`),
      globalSetup: ['libs/testing/src/real-services.setup.ts'],
      environment: 'node',
      // Two cores: files beside each other would only make each other's timeouts.
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 120_000,
      reporters: ['default', ['json', { outputFile: `test-results/${kind}.json` }]],
    },
  };
}

/** These files, on nothing but what the environment names. */
export function onWhatIsThere(...include: string[]): ViteUserConfig {
  return { ...readFromSource, test: { include, environment: 'node', testTimeout: 120_000 } };
}
