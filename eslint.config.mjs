import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const libsOf = (...names) => names.map((name) => `scope:${name}`);

/** Who may import whom. Read it as the architecture: every arrow that is not here is refused. */
export const depConstraints = [
  { sourceTag: 'scope:schemas', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:runtime', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:auditor', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:identity', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:local-stack', onlyDependOnLibsWithTags: libsOf('bundling', 'identity', 'schemas') },
  { sourceTag: 'scope:faults', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:bundling', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:kafka', onlyDependOnLibsWithTags: libsOf('schemas', 'runtime') },
  { sourceTag: 'scope:cassandra', onlyDependOnLibsWithTags: libsOf('runtime') },
  {
    sourceTag: 'scope:devices',
    onlyDependOnLibsWithTags: libsOf('schemas', 'runtime', 'cassandra', 'identity'),
  },
  { sourceTag: 'scope:erasure', onlyDependOnLibsWithTags: libsOf('runtime', 'cassandra') },
  { sourceTag: 'scope:rules', onlyDependOnLibsWithTags: libsOf('schemas', 'runtime') },
  { sourceTag: 'scope:tracing', onlyDependOnLibsWithTags: libsOf('schemas', 'runtime') },
  { sourceTag: 'scope:simulator', onlyDependOnLibsWithTags: libsOf('schemas') },
  {
    sourceTag: 'scope:testing',
    onlyDependOnLibsWithTags: libsOf('schemas', 'local-stack', 'bundling', 'identity'),
  },
  {
    sourceTag: 'scope:mqtt-bridge',
    onlyDependOnLibsWithTags: libsOf('schemas', 'runtime', 'kafka', 'tracing'),
  },
  {
    sourceTag: 'scope:processor',
    onlyDependOnLibsWithTags: libsOf(
      'schemas',
      'runtime',
      'kafka',
      'cassandra',
      'rules',
      'erasure',
      'tracing',
    ),
  },
  {
    sourceTag: 'scope:alerts',
    onlyDependOnLibsWithTags: libsOf(
      'schemas',
      'runtime',
      'kafka',
      'cassandra',
      'rules',
      'erasure',
      'tracing',
    ),
  },
  {
    sourceTag: 'scope:drill',
    onlyDependOnLibsWithTags: libsOf(
      'schemas',
      'runtime',
      'kafka',
      'cassandra',
      'simulator',
      'auditor',
      'faults',
      'local-stack',
      'bundling',
    ),
  },
  {
    sourceTag: 'scope:cli',
    onlyDependOnLibsWithTags: libsOf(
      'schemas',
      'runtime',
      'kafka',
      'cassandra',
      'rules',
      'simulator',
      'auditor',
      'identity',
      'devices',
      'erasure',
      'drill',
      'faults',
      'local-stack',
      'bundling',
    ),
  },
  {
    sourceTag: 'scope:bench',
    onlyDependOnLibsWithTags: libsOf(
      'schemas',
      'runtime',
      'kafka',
      'cassandra',
      'rules',
      'faults',
      'local-stack',
      'bundling',
    ),
  },
];

/** Tests may use the test library and inject faults, on top of what their project may use. */
const withTesting = depConstraints.map((rule) => ({
  ...rule,
  onlyDependOnLibsWithTags: [
    ...rule.onlyDependOnLibsWithTags,
    'scope:testing',
    'scope:faults',
    'scope:bundling',
  ],
}));

const boundaries = (constraints) => [
  'error',
  { enforceBuildableLibDependency: true, allow: [], depConstraints: constraints },
];

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/node_modules', '.nx', '.navora', 'libs/schemas/src/generated'] },
  ...nx.configs['flat/base'],
  ...nx.configs['flat/typescript'],
  {
    files: ['**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(depConstraints),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['apps/cli/**/*.ts', 'infra/local/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.fixture.ts', '**/testing/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(withTesting), 'max-lines': 'off' },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/vitest.config.ts', '**/config.ts', 'libs/testing/**', 'apps/cli/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Configuration is read once, in the config file of the app.',
        },
      ],
    },
  },
  {
    // Each project's test configuration is the workspace's, by a relative path: it has no name to import it by.
    files: ['**/vitest.config.ts', '**/vitest.*.config.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
);
