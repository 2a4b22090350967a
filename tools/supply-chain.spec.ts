import { describe, expect, it } from 'vitest';
import { adviceIn } from './supply-chain/advisories.mjs';
import { directDependencies, documentFindings } from './supply-chain/dependencies.mjs';
import { isAccepted, licenceFindings } from './supply-chain/licences.mjs';
import { installScriptFindings, lockfileFindings, pinFindings } from './supply-chain/lockfile.mjs';

const integrity = 'sha512-aGFzaA==';
const locked = (packages: Record<string, object>) => ({ packages: { '': { name: 'navora' }, ...packages } });

describe('the lockfile', () => {
  it('may leave out where a package is from, or name the public registry', () => {
    const resolved = 'https://registry.npmjs.org/b/-/b-1.0.0.tgz';
    const lockfile = locked({ 'node_modules/a': { integrity }, 'node_modules/b': { integrity, resolved } });
    expect(lockfileFindings(lockfile)).toEqual([]);
  });

  it.each([
    'http://registry.npmjs.org/a/-/a-1.0.0.tgz',
    'https://registry.npmjs.org.example/a/-/a-1.0.0.tgz',
    'git+ssh://git@github.com/a/a.git#0c07ac6',
  ])('may not take a package from %s', (resolved) => {
    expect(lockfileFindings(locked({ 'node_modules/a': { integrity, resolved } }))).toEqual([
      `package-lock.json takes node_modules/a from ${resolved}, not from the public registry.`,
    ]);
  });

  it('has a SHA-512 of every package of others, within workspaces too', () => {
    const lockfile = locked({
      'apps/alerts': { version: '0.1.0' },
      'node_modules/@navora/alerts': { resolved: 'apps/alerts', link: true },
      'apps/alerts/node_modules/a': { version: '1.0.0' },
      'node_modules/b': { integrity: 'sha1-aGFzaA==' },
    });
    expect(lockfileFindings(lockfile)).toEqual([
      'package-lock.json has no SHA-512 of apps/alerts/node_modules/a.',
      'package-lock.json has no SHA-512 of node_modules/b.',
    ]);
  });
});

it('versions are exact: no range, no tag, no address', () => {
  const dependencies = { a: '1.2.3', b: '1.2.3-rc.1', c: '^1.2.3', d: 'latest', e: 'github:e/e' };
  const manifests = { 'package.json': { dependencies, overrides: { f: { g: '~1.0.0' } } } };
  expect(pinFindings(manifests)).toEqual([
    'package.json asks for c ^1.2.3, which is no exact version.',
    'package.json asks for d latest, which is no exact version.',
    'package.json asks for e github:e/e, which is no exact version.',
    'package.json asks for g ~1.0.0, which is no exact version.',
  ]);
});

describe('install scripts', () => {
  const lockfile = locked({ 'node_modules/a': { hasInstallScript: true }, 'node_modules/b': {} });
  const npmrc = 'save-exact=true\nignore-scripts=true\n';

  it('are in order when those there are are listed, and none runs', () => {
    expect(installScriptFindings(lockfile, { allowScripts: { a: false } }, npmrc)).toEqual([]);
  });

  it('that come or go are noticed, and so is one that is allowed', () => {
    expect(installScriptFindings(lockfile, { allowScripts: { b: true } }, npmrc)).toEqual([
      'a has an install script and is not in allowScripts of package.json.',
      'b is in allowScripts of package.json and has no install script.',
      'b is allowed its install script, but nothing would run it: an install runs none.',
    ]);
  });

  it('must not be let run by the settings', () => {
    expect(installScriptFindings(lockfile, { allowScripts: { a: false } }, 'ignore-scripts=false\n')).toEqual(
      ['.npmrc does not say ignore-scripts=true.'],
    );
  });
});

describe('licences', () => {
  it.each([
    ['MIT', true],
    ['(GPL-3.0-only OR MIT)', true],
    ['(Apache-2.0 AND BSD-3-Clause)', true],
    ['MIT AND GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.md', false],
    [undefined, false],
  ])('%s: %s', (expression, accepted) => {
    expect(isAccepted(expression)).toBe(accepted);
  });

  it('count for what apps load, through workspaces and nested packages, and not for what only tests', () => {
    const lockfile = locked({
      'apps/alerts': {
        dependencies: { '@navora/kafka': '0.1.0', d: '1.0.0' },
        devDependencies: { c: '1.0.0' },
      },
      'libs/kafka': { dependencies: { a: '1.0.0' } },
      'node_modules/@navora/kafka': { resolved: 'libs/kafka', link: true },
      'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '^2.0.0' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', license: 'GPL-3.0-only' },
      'node_modules/b': { version: '1.0.0', license: 'MIT' },
      'node_modules/c': { version: '1.0.0', license: 'GPL-3.0-only' },
      'apps/alerts/node_modules/d': {
        version: '1.0.0',
        license: [{ type: 'Public Domain' }, { type: 'MIT' }],
      },
      'node_modules/d': { version: '2.0.0' },
    });
    expect(licenceFindings(lockfile)).toEqual(['b 2.0.0 is under GPL-3.0-only, which is not accepted.']);
  });
});

describe('docs/dependencies.md', () => {
  const manifests = {
    'package.json': { name: 'navora', devDependencies: { b: '1.0.0' }, allowScripts: { a: false } },
    'apps/alerts/package.json': {
      name: '@navora/alerts',
      dependencies: { a: '1.0.0', '@navora/kafka': '0.1.0' },
    },
    'libs/kafka/package.json': { name: '@navora/kafka' },
  };
  const lockfile = locked({ 'node_modules/a': { license: 'MIT' }, 'node_modules/b': { license: 'ISC' } });
  const page = (runs: string, builds: string, scripts: string) =>
    `# Dependencies\n\n## What runs\n\n${runs}\n\n## What builds and tests\n\n${builds}\n\n## Install scripts\n\n${scripts}\n`;

  it('tells of what our package.json files name, and not of ourselves', () => {
    expect(directDependencies(manifests)).toEqual(['a', 'b']);
    const document = page('| `a` | MIT | x | y |', '| `b` | ISC | x | y |', '| `a` | x | y |');
    expect(documentFindings(document, lockfile, manifests)).toEqual([]);
  });

  it('is wrong when a row is missing, left over, empty or of another licence', () => {
    const document = page('| `a` | GPL | x | |', '| `c` | ISC | x | y |', '');
    expect(documentFindings(document, lockfile, manifests)).toEqual([
      'b is a direct dependency and not in docs/dependencies.md.',
      'c is in docs/dependencies.md and not a direct dependency.',
      'a has an empty cell in docs/dependencies.md.',
      'a is in allowScripts of package.json and not in docs/dependencies.md.',
      'docs/dependencies.md says that a is under GPL; it is under MIT.',
    ]);
  });
});

describe('the answer to npm audit', () => {
  const counted = { info: 0, low: 0, moderate: 1, high: 1, critical: 0, total: 2 };
  const advisory = (severity: string) => ({
    severity,
    title: 'T',
    url: 'https://example.org/1',
    range: '<2.0.0',
  });

  it('is a finding for each advisory at high or above, at the package that has it', () => {
    const vulnerabilities = {
      a: { name: 'a', via: [advisory('high'), advisory('moderate')] },
      b: { name: 'b', via: ['a'] },
    };
    expect(adviceIn(JSON.stringify({ vulnerabilities, metadata: { vulnerabilities: counted } }))).toEqual({
      asked: true,
      findings: ['a <2.0.0 has a high vulnerability: T (https://example.org/1).'],
    });
  });

  it('is clean only if it says so itself', () => {
    const none = { high: 0, critical: 0 };
    expect(adviceIn(JSON.stringify({ vulnerabilities: {}, metadata: { vulnerabilities: none } }))).toEqual({
      asked: true,
      findings: [],
    });
    const odd = adviceIn(JSON.stringify({ vulnerabilities: {}, metadata: { vulnerabilities: counted } }));
    expect(odd.findings).toEqual(['npm audit counts 1 at high or above.']);
  });

  it.each([
    ['', 'no answer'],
    ['<html>', 'no answer'],
    ['{}', 'no answer'],
    ['{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}', '405 Method Not Allowed'],
  ])('is none when it is %s', (output, why) => {
    expect(adviceIn(output)).toEqual({ asked: false, why });
  });
});
