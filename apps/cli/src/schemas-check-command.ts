import { join } from 'node:path';
import { Command } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import {
  fullNameOf,
  isSame,
  readSchema,
  SchemaTree,
  violationsOf,
  type AvroRecord,
  type Violation,
} from './released-schemas.js';
import { workspaceRoot } from './workspace.js';

interface Flags {
  json?: boolean;
  tree: string;
}

interface Finding {
  /** The file that was checked, or the schema's name in the tree. */
  schema: string;
  record: string;
  /** Of the release it is the same as; null when it is none yet. */
  version: number | null;
  /** The releases it was compared with. */
  comparedWith: number[];
  violations: Violation[];
}

export function checkCommand(): Command {
  return new Command('check')
    .description(
      'whether schemas go with every version released before them, both ways (FULL_TRANSITIVE); exit code 1 when not',
    )
    .argument(
      '[file]',
      "a schema of one of our records, such as a producer's; all of the source tree when left out",
    )
    .option('--json', 'for programs')
    .option('--tree <folder>', 'the folder with avro/ and released/', join(workspaceRoot, 'libs/schemas'))
    .action(orSayWhy(check));
}

async function check(file: string | undefined, { json, tree: folder }: Flags): Promise<void> {
  const tree = new SchemaTree(folder);
  const changed = tree.changedReleases();
  const findings = file
    ? [findingOn(tree, file, readSchema(file))]
    : tree.names.map((name) => findingOn(tree, name, tree.current(name)));
  const isGood = changed.length === 0 && findings.every(({ violations }) => violations.length === 0);
  if (json) console.log(JSON.stringify({ ok: isGood, changedReleases: changed, schemas: findings }, null, 1));
  else console.log([...changed.map(changedLine), ...findings.flatMap(linesOf)].join('\n'));
  if (!isGood) process.exitCode = 1;
}

function findingOn(tree: SchemaTree, what: string, schema: AvroRecord): Finding {
  const record = fullNameOf(schema);
  const name = tree.names.find((each) => fullNameOf(tree.current(each)) === record);
  if (name === undefined) {
    const ours = tree.names.map((each) => fullNameOf(tree.current(each))).join(', ');
    throw new CommandFailure(`${what} is a schema of ${record}, which is none of our records: ${ours}`);
  }
  const releases = tree.releases(name);
  return {
    schema: what,
    record,
    version: releases.findLast((release) => isSame(release.schema, schema))?.version ?? null,
    comparedWith: releases.map(({ version }) => version),
    violations: violationsOf(schema, releases),
  };
}

function changedLine(what: string): string {
  return `released/${what}: a released version stands for ever, since vehicles write with it; add the next one instead`;
}

export function linesOf({ schema, record, version, comparedWith, violations }: Finding): string[] {
  const versions =
    comparedWith.length === 0 ? 'nothing is released yet' : `goes with ${listed(comparedWith)}`;
  if (violations.length === 0)
    return [`${schema} (${record}): ${version === null ? `new, ${versions}` : `version ${version}`}`];
  return [
    `${schema} (${record}): does not go with ${listed([...new Set(violations.map((each) => each.version))])}`,
    ...violations.flatMap((each) => [
      `  beside version ${each.version}: ${each.sentence}`,
      `    instead: ${each.instead}`,
    ]),
  ];
}

function listed(versions: readonly number[]): string {
  return `version${versions.length > 1 ? 's' : ''} ${versions.join(', ')}`;
}
