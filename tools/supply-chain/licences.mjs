import { nameAt } from './lockfile.mjs';

/** Licences that let us ship under Apache-2.0 if notices are kept. None asks for more; who adds one has read it. */
export const ACCEPTED = [
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause-Views',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
];

/** Of a package in the lockfile, as an SPDX expression. Old packages list licences to choose from. */
export function licenceOf({ license }) {
  return Array.isArray(license) ? license.map(({ type }) => type).join(' OR ') : license;
}

export function isAccepted(expression) {
  if (expression === undefined) return false;
  const either = expression.replace(/^\(|\)$/g, '').split(' OR ');
  return either.some((all) => all.split(' AND ').every((one) => ACCEPTED.includes(one)));
}

/** What the apps load when they run: their dependencies, and those of these, without anybody's devDependencies. */
export function shippedPackages({ packages }) {
  const found = new Map();
  const follow = (path) => {
    const { dependencies, optionalDependencies, peerDependencies } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const at = placeOf(name, path, packages);
      // A peer that is optional, and that nobody brought.
      if (at === undefined || found.has(at)) continue;
      found.set(at, { ...packages[at], name: nameAt(at) });
      follow(at);
    }
  };
  Object.keys(packages)
    .filter((path) => /^apps\/[^/]+$/.test(path))
    .forEach(follow);
  return [...found].filter(([path]) => path.includes('node_modules/')).map(([, entry]) => entry);
}

/** Where Node would find it: in the nearest node_modules upwards; a workspace's is a link to its folder. */
function placeOf(name, from, packages) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder}${folder && '/'}node_modules/${name}`;
    if (packages[path]) return packages[path].link ? packages[path].resolved : path;
    if (folder === '') return undefined;
  }
}

export function licenceFindings(lockfile) {
  return shippedPackages(lockfile)
    .filter((entry) => !isAccepted(licenceOf(entry)))
    .map(
      (entry) =>
        `${entry.name} ${entry.version} is under ${licenceOf(entry) ?? 'no licence it names'}, which is not accepted.`,
    );
}
