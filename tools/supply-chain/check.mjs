// What can be said of our dependencies without the network: locked and pinned, no install scripts, licences that are
// accepted, and a reason for each. Says each finding in a sentence; exit code 1 if there is one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentFindings } from './dependencies.mjs';
import { licenceFindings, shippedPackages } from './licences.mjs';
import { installScriptFindings, lockfileFindings, packagesOf, pinFindings } from './lockfile.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (file) => readFileSync(join(root, file), 'utf8');
const json = (file) => JSON.parse(text(file));

const lockfile = json('package-lock.json');
// npm ci refuses a lockfile whose workspaces are not those there are.
const manifests = Object.fromEntries(
  Object.keys(lockfile.packages)
    .filter((path) => !path.includes('node_modules/'))
    .map((path) => join(path, 'package.json'))
    .map((file) => [file, json(file)]),
);

const findings = [
  ...lockfileFindings(lockfile),
  ...pinFindings(manifests),
  ...installScriptFindings(lockfile, manifests['package.json'], text('.npmrc')),
  ...licenceFindings(lockfile),
  ...documentFindings(text('docs/dependencies.md'), lockfile, manifests),
];
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(
  `supply chain: ${packagesOf(lockfile).length} packages locked, ${shippedPackages(lockfile).length} of them run; ${findings.length} findings\n`,
);
process.exitCode = findings.length > 0 ? 1 : 0;
