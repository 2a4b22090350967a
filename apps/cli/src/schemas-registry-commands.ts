import { existsSync } from 'node:fs';
import { readConfiguration, registrySettings } from '@navora/runtime';
import {
  fullNameOf,
  incompatibilities,
  REQUIRED_COMPATIBILITY,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  type AvroRecord,
  type TopicName,
} from '@navora/schemas';
import { Command } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import { differences } from './schema-differences.js';
import { readSchema, schemaFrom } from './schema-file.js';
import { findingOn, isSame, requireCompatible } from './schema-findings.js';
import { commandEnvironment } from './workspace.js';

interface Flags {
  json?: boolean;
  stack: string;
}

function onRegistry(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'for programs')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default');
}

function registryOf({ stack }: Flags): SchemaRegistry {
  return new SchemaRegistry(readConfiguration(registrySettings, commandEnvironment(stack), 'operator'));
}

export function listCommand(): Command {
  return onRegistry('list', 'the subjects of the registry, their versions, and which is ours').action(
    orSayWhy(list),
  );
}

async function list(flags: Flags): Promise<void> {
  const registry = registryOf(flags);
  const subjects = (await registry.subjects()).sort();
  const rows = [];
  for (const subject of subjects) {
    const ours = ourSchemas().get(subject);
    const compatibility = (await registry.compatibilityOf(subject)) ?? "the registry's own";
    const versions = (await registry.versionsOf(subject)).map(({ version, id, schema }) => ({
      version,
      id,
      ours: ours !== undefined && isSame(schemaFrom(schema, subject), ours),
    }));
    rows.push({ subject, compatibility, versions });
  }
  if (flags.json) return console.log(JSON.stringify(rows, null, 1));
  const lines = rows.flatMap(({ subject, compatibility, versions }) => [
    `${subject}  ${compatibility}`,
    ...versions.map(({ version, id, ours }) => `  ${version}  id ${id}${ours ? '  ours' : ''}`),
  ]);
  console.log(lines.join('\n') || 'nothing is registered: `navora migrate` registers ours');
}

export function showCommand(): Command {
  return onRegistry('show', 'a schema as it stands in the registry')
    .argument('<which>', 'subject@version, subject (its newest), or an id')
    .action(
      orSayWhy(async (which: string, flags: Flags) =>
        console.log(JSON.stringify(JSON.parse(await schemaAt(which, flags)), null, flags.json ? 0 : 2)),
      ),
    );
}

export function diffCommand(): Command {
  return onRegistry('diff', 'what changed from one schema to another, and whether the two go with each other')
    .argument('<before>', 'subject@version, subject, an id, or a file')
    .argument('<after>', 'likewise')
    .action(orSayWhy(diff));
}

async function diff(before: string, after: string, flags: Flags): Promise<void> {
  const [was, is] = [await recordAt(before, flags), await recordAt(after, flags)];
  const changes = differences(was, is);
  const broken = incompatibilities(was, is);
  if (broken.length > 0) process.exitCode = 1;
  if (flags.json) return console.log(JSON.stringify({ changes, incompatibilities: broken }, null, 1));
  const verdict =
    broken.length === 0
      ? ['they go with each other']
      : broken.flatMap(({ sentence, instead }) => [`! ${sentence}`, `  instead: ${instead}`]);
  console.log([...(changes.length === 0 ? ['no difference'] : changes), ...verdict].join('\n'));
}

export function registerCommand(): Command {
  return onRegistry('register', 'put a schema into the registry; it says why not before the registry does')
    .argument('<file>', 'an .avsc file')
    .option('--subject <name>', 'under which; that of our topic with such records when left out')
    .action(orSayWhy(register));
}

async function register(file: string, flags: Flags & { subject?: string }): Promise<void> {
  const registry = registryOf(flags);
  const schema = readSchema(file);
  const subject = flags.subject ?? subjectFor(schema, file);
  const releases = (await registry.versionsOf(subject)).map(({ version, schema: text }) => ({
    version,
    schema: schemaFrom(text, `version ${version} of ${subject}`),
  }));
  requireCompatible(findingOn(file, schema, releases));
  if (releases.length === 0) await registry.requireCompatibility(subject);
  await requireGate(registry, subject);
  const id = await registry.register(subject, JSON.stringify(schema));
  const version = (await registry.versionsOf(subject)).find((each) => each.id === id)?.version;
  console.log(
    flags.json ? JSON.stringify({ subject, version, id }) : `${subject}: version ${version} has id ${id}`,
  );
}

/** Else the next producer may break what this command checks. */
async function requireGate(registry: SchemaRegistry, subject: string): Promise<void> {
  const held = await registry.compatibilityOf(subject);
  if (held !== REQUIRED_COMPATIBILITY)
    throw new CommandFailure(
      `${subject} is held to ${held ?? "the registry's own compatibility"}, not to ${REQUIRED_COMPATIBILITY}: \`navora migrate\` sets it for our subjects`,
    );
}

function subjectFor(schema: AvroRecord, file: string): string {
  const record = fullNameOf(schema);
  const found = [...ourSchemas()].find(([, ours]) => fullNameOf(ours) === record);
  if (found) return found[0];
  throw new CommandFailure(
    `${file} is a schema of ${record}, which is none of our records: name a --subject`,
  );
}

/** By subject. */
function ourSchemas(): Map<string, AvroRecord> {
  const topics = Object.keys(SCHEMA_OF_TOPIC) as TopicName[];
  return new Map(topics.map((topic) => [subjectOf(topic), schemaFrom(SCHEMA_OF_TOPIC[topic].text, topic)]));
}

async function recordAt(which: string, flags: Flags): Promise<AvroRecord> {
  return existsSync(which) ? readSchema(which) : schemaFrom(await schemaAt(which, flags), which);
}

/** @returns JSON text */
async function schemaAt(which: string, flags: Flags): Promise<string> {
  const registry = registryOf(flags);
  if (/^\d+$/.test(which)) {
    const text = await registry.schemaById(Number(which));
    if (text !== undefined) return text;
    throw new CommandFailure(`the registry at ${registry.url} has no schema ${which}`);
  }
  const [, subject = which, number] = /^(.*)@(\d+)$/.exec(which) ?? [];
  const versions = await registry.versionsOf(subject);
  if (versions.length === 0) {
    const subjects = (await registry.subjects()).sort().join(', ') || 'none';
    throw new CommandFailure(
      `the registry at ${registry.url} has no subject "${subject}"; it has ${subjects}`,
    );
  }
  const found =
    number === undefined ? versions.at(-1) : versions.find((each) => each.version === Number(number));
  if (found) return found.schema;
  const there = versions.map(({ version }) => version).join(', ');
  throw new CommandFailure(`${subject} has no version ${number}; it has ${there}`);
}
