const REGISTRY = 'https://registry.npmjs.org/';
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** The packages of others in a package-lock.json. A package that is there in two versions is there twice. */
export function packagesOf({ packages }) {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, entry]) => ({ ...entry, path, name: entry.name ?? nameAt(path) }));
}

export function nameAt(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** What npm would install without being able to tell that it is what was locked, or from somewhere else. */
export function lockfileFindings(lockfile) {
  return packagesOf(lockfile).flatMap(({ path, integrity, resolved }) => [
    ...(integrity?.startsWith('sha512-') ? [] : [`package-lock.json has no SHA-512 of ${path}.`]),
    ...(resolved === undefined || resolved.startsWith(REGISTRY)
      ? []
      : [`package-lock.json takes ${path} from ${resolved}, not from the public registry.`]),
  ]);
}

/** @param manifests file → content of each of our package.json files */
export function pinFindings(manifests) {
  return Object.entries(manifests).flatMap(([file, manifest]) =>
    [...KINDS.map((kind) => manifest[kind] ?? {}), manifest.overrides ?? {}]
      .flatMap(leaves)
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${file} asks for ${name} ${version}, which is no exact version.`),
  );
}

/** Overrides may hold overrides. */
function leaves(versions) {
  return Object.entries(versions).flatMap(([name, version]) =>
    typeof version === 'object' ? leaves(version) : [[name, version]],
  );
}

/** Older versions of npm know no `allowScripts`: what keeps scripts from running for everybody is `ignore-scripts`. */
export function installScriptFindings(lockfile, { allowScripts = {} }, npmrc) {
  const having = new Set(
    packagesOf(lockfile)
      .filter(({ hasInstallScript }) => hasInstallScript)
      .map(({ name }) => name),
  );
  const listed = Object.keys(allowScripts);
  return [
    ...(/^ignore-scripts=true$/m.test(npmrc) ? [] : ['.npmrc does not say ignore-scripts=true.']),
    ...[...having]
      .filter((name) => !listed.includes(name))
      .map((name) => `${name} has an install script and is not in allowScripts of package.json.`),
    ...listed
      .filter((name) => !having.has(name))
      .map((name) => `${name} is in allowScripts of package.json and has no install script.`),
    ...listed
      .filter((name) => allowScripts[name] !== false)
      .map(
        (name) => `${name} is allowed its install script, but nothing would run it: an install runs none.`,
      ),
  ];
}
