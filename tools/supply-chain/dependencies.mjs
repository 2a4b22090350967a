import { packagesOf } from './lockfile.mjs';
import { licenceOf } from './licences.mjs';

/** Sections of docs/dependencies.md that have a row for each package: its name, its licence, and words. */
const DIRECT = ['What runs', 'What builds and tests'];
const SCRIPTS = 'Install scripts';

/** What our package.json files name, without our own packages. */
export function directDependencies(manifests) {
  const all = Object.values(manifests);
  const ours = new Set(all.map(({ name }) => name));
  const named = all.flatMap(({ dependencies, devDependencies, optionalDependencies, peerDependencies }) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies }),
  );
  return [...new Set(named)].filter((name) => !ours.has(name)).sort();
}

/** @param document docs/dependencies.md */
export function documentFindings(document, lockfile, manifests) {
  const direct = directDependencies(manifests);
  const rows = DIRECT.flatMap((section) => rowsOf(document, section));
  const { allowScripts = {} } = manifests['package.json'];
  return [
    ...differences(direct, rows, 'a direct dependency'),
    ...differences(Object.keys(allowScripts), rowsOf(document, SCRIPTS), 'in allowScripts of package.json'),
    ...rows.flatMap(({ name, words: [written] }) => {
      const licences = packagesOf(lockfile)
        .filter((entry) => entry.name === name)
        .map(licenceOf);
      return licences.length === 0 || licences.includes(written)
        ? []
        : [`docs/dependencies.md says that ${name} is under ${written}; it is under ${licences[0]}.`];
    }),
  ];
}

function differences(names, rows, what) {
  return [
    ...names
      .filter((name) => !rows.some((row) => row.name === name))
      .map((name) => `${name} is ${what} and not in docs/dependencies.md.`),
    ...rows
      .filter(({ name }) => !names.includes(name))
      .map(({ name }) => `${name} is in docs/dependencies.md and not ${what}.`),
    ...rows
      .filter(({ words }) => words.includes(''))
      .map(({ name }) => `${name} has an empty cell in docs/dependencies.md.`),
  ];
}

function rowsOf(document, section) {
  const [, after = ''] = document.split(`\n## ${section}\n`);
  return after
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([name, ...words]) => ({ name: name.replaceAll('`', ''), words }));
}
