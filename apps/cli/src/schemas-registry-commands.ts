import { existsSync } from 'node:fs';
import { readConfiguration, registrySettings } from '@navora/runtime';
import {
  incompatibilities,
  REQUIRED_COMPATIBILITY,
  SCHEMA_OF_TOPIC,
  SchemaRegistry,
  subjectOf,
  type RegisteredVersion,
  type TopicName,
} from '@navora/schemas';
import { Command } from 'commander';
import { CommandFailure, orSayWhy } from './failure.js';
import {
  fullNameOf,
  isSame,
  readSchema,
  schemaFrom,
  violationsOf,
  type AvroRecord,
} from './released-schemas.js';
import { differences } from './schema-differences.js';
import { linesOf } from './schemas-check-command.js';
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
  return new SchemaRegistry(readConfiguration(registrySettings, commandEnvironment(stack)).registryUrl);
}

export function listCommand(): Command {
  return onRegistry('list', 'the subjects of the registry, their versions, and which is ours').action(
    orSayWhy(async (flags: Flags) => {
      const registry = registryOf(flags);
      const rows = [];
      for (const subject of (await registry.subjects()).sort()) {
        const versions = await registry.versionsOf(subject);
        const ours = ourSchemaOf(subject);
        rows.push({
          subject,
          compatibility: (await registry.compatibilityOf(subject)) ?? "the registry's own",
          versions: versions.map(({ version, id, schema }) => ({
            version,
            id,
            ours: ours !== undefined && isSame(schemaFrom(schema, subject), ours),
          })),
        });
      }
      if (flags.json) return console.log(JSON.stringify(rows, null, 1));
      for (const { subject, compatibility, versions } of rows) {
        console.log(`${subject}  ${compatibility}`);
        for (const { version, id, ours } of versions)
          console.log(`  ${version}  id ${id}${ours ? '  ours' : ''}`);
      }
      if (rows.length === 0) console.log('nothing is registered: `navora migrate` registers ours');
    }),
  );
}

export function showCommand(): Command {
  return onRegistry('show', 'a schema as it stands in the registry')
    .argument('<which>', 'subject@version, subject (its newest), or an id')
    .action(
      orSayWhy(async (which: string, flags: Flags) => {
        const { text } = await schemaAt(which, flags);
        console.log(JSON.stringify(JSON.parse(text), null, flags.json ? 0 : 2));
      }),
    );
}

export function diffCommand(): Command {
  return onRegistry('diff', 'what changed from one schema to another, and whether the two go with each other')
    .argument('<before>', 'subject@version, subject, an id, or a file')
    .argument('<after>', 'likewise')
    .action(
      orSayWhy(async (before: string, after: string, flags: Flags) => {
        const [was, is] = [await recordAt(before, flags), await recordAt(after, flags)];
        const changes = differences(was, is);
        const broken = incompatibilities(was, is);
        if (flags.json) console.log(JSON.stringify({ changes, incompatibilities: broken }, null, 1));
        else {
          const lines = changes.length === 0 ? ['no difference'] : changes;
          const verdict = broken.flatMap(({ sentence, instead }) => [
            `! ${sentence}`,
            `  instead: ${instead}`,
          ]);
          console.log(
            [...lines, ...(broken.length === 0 ? ['they go with each other'] : verdict)].join('\n'),
          );
        }
        if (broken.length > 0) process.exitCode = 1;
      }),
    );
}

export function registerCommand(): Command {
  return onRegistry('register', 'put a schema into the registry; it says why not before the registry does')
    .argument('<file>', 'an .avsc file')
    .option('--subject <name>', 'under which; that of our topic with such records when left out')
    .action(
      orSayWhy(async (file: string, flags: Flags & { subject?: string }) => {
        const registry = registryOf(flags);
        const schema = readSchema(file);
        const subject = flags.subject ?? subjectFor(schema, file);
        const versions = await registry.versionsOf(subject);
        const releases = versions.map(({ version, schema: text }) => ({
          version,
          file: subject,
          schema: schemaFrom(text, `version ${version} of ${subject}`),
        }));
        const violations = violationsOf(schema, releases);
        if (violations.length > 0) {
          const comparedWith = versions.map(({ version }) => version);
          throw new CommandFailure(
            linesOf({
              schema: file,
              record: fullNameOf(schema),
              version: null,
              comparedWith,
              violations,
            }).join('\n'),
          );
        }
        if (versions.length === 0) await registry.requireCompatibility(subject);
        await requireGate(registry, subject);
        const id = await registry.register(subject, JSON.stringify(schema));
        const version = versionWith(await registry.versionsOf(subject), id);
        if (flags.json) console.log(JSON.stringify({ subject, version, id }));
        else console.log(`${subject}: version ${version} has id ${id}`);
      }),
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

function versionWith(versions: readonly RegisteredVersion[], id: number): number | undefined {
  return versions.find((each) => each.id === id)?.version;
}

function subjectFor(schema: AvroRecord, file: string): string {
  const topics = Object.keys(SCHEMA_OF_TOPIC) as TopicName[];
  const record = fullNameOf(schema);
  const topic = topics.find((each) => fullNameOf(ourRecordOf(each)) === record);
  if (!topic)
    throw new CommandFailure(
      `${file} is a schema of ${record}, which is none of our records: name a --subject`,
    );
  return subjectOf(topic);
}

function ourSchemaOf(subject: string): AvroRecord | undefined {
  const topic = (Object.keys(SCHEMA_OF_TOPIC) as TopicName[]).find((each) => subjectOf(each) === subject);
  return topic && ourRecordOf(topic);
}

function ourRecordOf(topic: TopicName): AvroRecord {
  return schemaFrom(SCHEMA_OF_TOPIC[topic].text, topic);
}

async function recordAt(which: string, flags: Flags): Promise<AvroRecord> {
  if (existsSync(which)) return readSchema(which);
  const { text } = await schemaAt(which, flags);
  return schemaFrom(text, which);
}

async function schemaAt(which: string, flags: Flags): Promise<{ text: string }> {
  const registry = registryOf(flags);
  if (/^\d+$/.test(which)) {
    const text = await registry.schemaById(Number(which));
    if (text === undefined)
      throw new CommandFailure(`the registry at ${registry.url} has no schema ${which}`);
    return { text };
  }
  const [, subject = which, number] = /^(.*)@(\d+)$/.exec(which) ?? [];
  const versions = await registry.versionsOf(subject);
  if (versions.length === 0) throw new CommandFailure(await noSuchSubject(registry, subject));
  const found =
    number === undefined ? versions.at(-1) : versions.find((each) => each.version === Number(number));
  if (!found) {
    const there = versions.map(({ version }) => version).join(', ');
    throw new CommandFailure(`${subject} has no version ${number}; it has ${there}`);
  }
  return { text: found.schema };
}

async function noSuchSubject(registry: SchemaRegistry, subject: string): Promise<string> {
  const subjects = await registry.subjects();
  return `the registry at ${registry.url} has no subject "${subject}"; it has ${subjects.sort().join(', ') || 'none'}`;
}
