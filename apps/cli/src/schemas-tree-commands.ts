import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullNameOf, type AvroRecord } from '@navora/schemas';
import { Command } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import { readSchema } from './schema-file.js';
import { findingOn, isSame, linesOf, requireCompatible } from './schema-findings.js';
import { OWN_TREE, SchemaTree } from './schema-tree.js';

interface Flags {
  tree: string;
}

function onTree(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--tree <folder>', 'the folder with avro/ and released/', OWN_TREE);
}

export function checkCommand(): Command {
  return onTree(
    'check',
    'whether schemas go with every version released before them, both ways (FULL_TRANSITIVE); exit code 1 when not',
  )
    .argument(
      '[file]',
      "a schema of one of our records, such as a producer's; all of the source tree when left out",
    )
    .option('--json', 'for programs')
    .action(orSayWhy(check));
}

async function check(file: string | undefined, flags: Flags & { json?: boolean }): Promise<void> {
  const tree = new SchemaTree(flags.tree);
  const changed = tree.changedReleases();
  const findings = file
    ? [findingOnFile(tree, file)]
    : tree.names.map((name) => findingOn(name, tree.current(name), tree.releases(name)));
  const ok = changed.length === 0 && findings.every(({ violations }) => violations.length === 0);
  if (flags.json) console.log(JSON.stringify({ ok, changedReleases: changed, schemas: findings }, null, 1));
  else console.log([...changed.map(changedLine), ...findings.flatMap(linesOf)].join('\n'));
  if (!ok) process.exitCode = 1;
}

function findingOnFile(tree: SchemaTree, file: string) {
  const schema = readSchema(file);
  return findingOn(file, schema, tree.releases(nameIn(tree, schema, file)));
}

/** Of the schema in the tree that is of the same record. */
function nameIn(tree: SchemaTree, schema: AvroRecord, file: string): string {
  const records = tree.nameOfRecord;
  const record = fullNameOf(schema);
  const name = records.get(record);
  if (name !== undefined) return name;
  throw new CommandFailure(
    `${file} is a schema of ${record}, which is none of our records: ${[...records.keys()].join(', ')}`,
  );
}

function changedLine(what: string): string {
  return `released/${what}: a released version stands for ever, since vehicles write with it; add the next one instead`;
}

export function jsonSchemaCommand(): Command {
  return onTree('json-schema', 'what a device without Avro sends, as a JSON Schema').action(
    orSayWhy(async (flags: Flags) => {
      console.log(readFileSync(join(flags.tree, 'json/reading.schema.json'), 'utf8').trimEnd());
    }),
  );
}

export function releaseCommand(): Command {
  return onTree('release', 'keep a schema as it is now as its next version, for ever')
    .argument('<name>', 'of a file in avro/, such as reading')
    .action(orSayWhy(release));
}

async function release(name: string, flags: Flags): Promise<void> {
  const tree = new SchemaTree(flags.tree);
  if (!tree.names.includes(name))
    throw new CommandFailure(`there is no avro/${name}.avsc; there are ${tree.names.join(', ')}`);
  const schema = tree.current(name);
  const releases = tree.releases(name);
  requireCompatible(findingOn(name, schema, releases));
  const newest = releases.at(-1);
  if (newest && isSame(newest.schema, schema)) {
    console.log(`${name} is version ${newest.version} already`);
    return;
  }
  const file = tree.release(name, (newest?.version ?? 0) + 1);
  console.log(`released/${file} is made: commit it with SHA256SUMS, then \`navora migrate\` registers it`);
}
