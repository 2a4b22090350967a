import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import { isSame, SchemaTree, violationsOf } from './released-schemas.js';
import { linesOf } from './schemas-check-command.js';
import { workspaceRoot } from './workspace.js';

export function releaseCommand(): Command {
  return new Command('release')
    .description('keep a schema as it is now as its next version, for ever')
    .argument('<name>', 'of a file in avro/, such as reading')
    .option('--tree <folder>', 'the folder with avro/ and released/', join(workspaceRoot, 'libs/schemas'))
    .action(orSayWhy(release));
}

async function release(name: string, { tree: folder }: { tree: string }): Promise<void> {
  const tree = new SchemaTree(folder);
  if (!tree.names.includes(name))
    throw new CommandFailure(`there is no avro/${name}.avsc; there are ${tree.names.join(', ')}`);
  const schema = tree.current(name);
  const releases = tree.releases(name);
  const violations = violationsOf(schema, releases);
  const comparedWith = releases.map(({ version }) => version);
  if (violations.length > 0) {
    const finding = { schema: name, record: schema.name, version: null, comparedWith, violations };
    throw new CommandFailure(linesOf(finding).join('\n'));
  }
  const newest = releases.at(-1);
  if (newest && isSame(newest.schema, schema)) {
    console.log(`${name} is version ${newest.version} already`);
    return;
  }
  const file = `${name}/${(newest?.version ?? 0) + 1}.avsc`;
  const text = readFileSync(join(folder, 'avro', `${name}.avsc`));
  mkdirSync(join(folder, 'released', name), { recursive: true });
  writeFileSync(join(folder, 'released', file), text, { flag: 'wx' });
  const sum = createHash('sha256').update(text).digest('hex');
  appendFileSync(join(folder, 'released/SHA256SUMS'), `${sum}  ${file}\n`);
  console.log(`released/${file} is made: commit it with SHA256SUMS, then \`navora migrate\` registers it`);
}
