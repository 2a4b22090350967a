import { fullNameOf, type AvroDefinition, type AvroField, type AvroSchema } from './avro-schema.js';

/** What keeps two versions of a schema from reading each other's records. */
export interface Incompatibility {
  /** Dotted, from the record on: `location.latitude`; empty for the record itself. */
  field: string;
  rule:
    | 'added-without-default'
    | 'removed-without-default'
    | 'type-changed'
    | 'name-changed'
    | 'symbols-changed'
    | 'unit-changed'
    | 'meaning-changed';
  /** What is wrong, for whoever writes the schema. */
  sentence: string;
  /** What to do instead. */
  instead: string;
}

/**
 * Why records of `before` and of `after` cannot both be read with either: what the registry calls FULL. Asked of each
 * released version, it is FULL_TRANSITIVE. Stricter than Avro where the same number would mean something else: a
 * logical type may not come, go or change, nor one unit become another.
 */
export function incompatibilities(before: AvroSchema, after: AvroSchema): Incompatibility[] {
  const [was, is] = [structuredClone(before), structuredClone(after)];
  return new Comparison(namesIn(was), namesIn(is)).compare(was, is, '');
}

type Names = ReadonlyMap<string, AvroDefinition>;

const NAMED = new Set(['record', 'enum', 'fixed', 'error']);

class Comparison {
  /** Named types that are being compared: one that holds itself is compared once. */
  private readonly under = new Set<string>();

  constructor(
    private readonly namesBefore: Names,
    private readonly namesAfter: Names,
  ) {}

  compare(before: AvroSchema, after: AvroSchema, field: string): Incompatibility[] {
    const [was, is] = [resolved(before, this.namesBefore), resolved(after, this.namesAfter)];
    if (Array.isArray(was) || Array.isArray(is)) return this.compareUnions(was, is, field);
    const [kindWas, kindIs] = [kindOf(was), kindOf(is)];
    if (kindWas !== kindIs) return [typeChanged(field, was, is)];
    const meanings = [was.logicalType, is.logicalType];
    if (meanings[0] !== meanings[1]) return [meaningChanged(field, was, is)];
    if (!NAMED.has(kindWas)) return this.compareInside(was, is, field);
    if (nameOf(was) !== nameOf(is)) return [nameChanged(field, was, is)];
    const name = nameOf(was);
    if (this.under.has(name)) return [];
    this.under.add(name);
    const found = this.compareInside(was, is, field);
    this.under.delete(name);
    return found;
  }

  private compareInside(was: AvroDefinition, is: AvroDefinition, field: string): Incompatibility[] {
    switch (kindOf(was)) {
      case 'record':
      case 'error':
        return this.compareRecords(was, is, field);
      case 'enum':
        return compareSymbols(was, is, field);
      case 'array':
        return this.compare(was.items ?? 'null', is.items ?? 'null', `${field}[]`);
      case 'map':
        return this.compare(was.values ?? 'null', is.values ?? 'null', `${field}{}`);
      case 'fixed':
        return was.size === is.size ? [] : [typeChanged(field, was, is)];
      default:
        return [];
    }
  }

  private compareRecords(was: AvroDefinition, is: AvroDefinition, place: string): Incompatibility[] {
    const [fieldsWere, fieldsAre] = [fieldsOf(was), fieldsOf(is)];
    const at = (name: string) => (place === '' ? name : `${place}.${name}`);
    const removed = [...fieldsWere.values()].filter(
      (field) => !fieldsAre.has(field.name) && !('default' in field),
    );
    const both = [...fieldsAre.values()].flatMap((field) => {
      const before = fieldsWere.get(field.name);
      if (before)
        return [...compareUnits(before, field, at), ...this.compare(before.type, field.type, at(field.name))];
      return 'default' in field ? [] : [addedWithoutDefault(at(field.name), field)];
    });
    return [...removed.map(({ name }) => removedWithoutDefault(at(name))), ...both];
  }

  /** A union must keep its branches: whatever one side may write, the other must have a branch for. */
  private compareUnions(
    was: AvroDefinition | AvroDefinition[],
    is: AvroDefinition | AvroDefinition[],
    field: string,
  ): Incompatibility[] {
    const [branchesWere, branchesAre] = [[was].flat(), [is].flat()];
    const same = (one: AvroDefinition) => (other: AvroDefinition) => branchName(one) === branchName(other);
    const unpaired = [
      ...branchesWere.filter((branch) => !branchesAre.some(same(branch))),
      ...branchesAre.filter((branch) => !branchesWere.some(same(branch))),
    ];
    if (unpaired.length > 0) return [typeChanged(field, was, is)];
    return branchesWere.flatMap((branch) => {
      const pair = branchesAre.find(same(branch));
      return pair ? this.compare(branch as AvroSchema, pair as AvroSchema, field) : [];
    });
  }
}

/** A unit may be told late, or be forgotten; registries and clients drop what Avro does not know. */
function compareUnits(was: AvroField, is: AvroField, at: (name: string) => string): Incompatibility[] {
  if (was.unit === undefined || is.unit === undefined) return [];
  // VSS 6 writes Celsius where VSS 5 wrote celsius.
  if (was.unit.toLowerCase() === is.unit.toLowerCase()) return [];
  const field = at(is.name);
  return [
    {
      field,
      rule: 'unit-changed',
      sentence: `${named(field)} was in ${was.unit} and is in ${is.unit}: the same number would mean something else`,
      instead: `convert to ${was.unit}, or add a field in ${is.unit} under a new name, nullable and with default null`,
    },
  ];
}

function compareSymbols(was: AvroDefinition, is: AvroDefinition, field: string): Incompatibility[] {
  // With a default, a reader takes a symbol it does not know for that.
  const unreadable = [...unknownTo(is, was), ...unknownTo(was, is)];
  if (unreadable.length === 0) return [];
  return [
    {
      field,
      rule: 'symbols-changed',
      sentence: `${named(field)} does not have the same symbols any more (${unreadable.join(', ')}), and readers of one version cannot read the other's`,
      instead:
        'keep the symbols, and put what is new into a new field of its own, nullable and with default null',
    },
  ];
}

function unknownTo(reader: AvroDefinition, writer: AvroDefinition): string[] {
  if (reader.default !== undefined) return [];
  return (writer.symbols ?? []).filter((symbol) => !reader.symbols?.includes(symbol));
}

function addedWithoutDefault(field: string, { name, type }: AvroField): Incompatibility {
  return {
    field,
    rule: 'added-without-default',
    sentence: `${named(field)} is new and has no default, so nothing written before it can be read`,
    instead: Array.isArray(type)
      ? 'give it a default that fits the first branch of its union'
      : `make it nullable, with null as its default: ${JSON.stringify({ name, type: ['null', type], default: null })}`,
  };
}

function removedWithoutDefault(field: string): Incompatibility {
  return {
    field,
    rule: 'removed-without-default',
    sentence: `${named(field)} is gone, and readers of the version before need it: it has no default there`,
    instead: 'keep it; a producer that has nothing to put there is one for which this schema was not made',
  };
}

function typeChanged(field: string, was: AvroNode, is: AvroNode): Incompatibility {
  return {
    field,
    rule: 'type-changed',
    sentence: `${named(field)} was ${typeText(was)} and is ${typeText(is)}: one cannot be read as the other, both ways`,
    instead:
      'leave it as it was, and add a field of the new type under a new name, nullable and with default null',
  };
}

function meaningChanged(field: string, was: AvroDefinition, is: AvroDefinition): Incompatibility {
  return {
    field,
    rule: 'meaning-changed',
    sentence: `${named(field)} was ${typeText(was)} and is ${typeText(is)}: the same bytes would mean something else`,
    instead:
      'leave it as it was, and add a field with the new meaning under a new name, nullable and with default null',
  };
}

function nameChanged(field: string, was: AvroDefinition, is: AvroDefinition): Incompatibility {
  const what = field === '' ? 'the record' : `the ${kindOf(was)} in ${named(field)}`;
  return {
    field,
    rule: 'name-changed',
    sentence: `${what} was ${nameOf(was)} and is ${nameOf(is)}: readers find a type by its full name`,
    instead: `name it ${nameOf(was)}`,
  };
}

function named(field: string): string {
  return field === '' ? 'the record' : `the field "${field}"`;
}

type AvroNode = AvroDefinition | AvroDefinition[];

/** Without references: each name is replaced by what it stands for, each primitive by its definition. */
function resolved(schema: AvroSchema, names: Names): AvroNode {
  if (Array.isArray(schema)) return schema.map((branch) => resolved(branch, names)).flat();
  if (typeof schema === 'string') return names.get(schema) ?? { type: schema };
  // {"type": {"type": "string", …}} says no more than what is inside.
  if (typeof schema.type === 'object') return resolved(schema.type, names);
  return names.get(schema.type) ?? schema;
}

function kindOf({ type }: AvroDefinition): string {
  return type as string;
}

function branchName(definition: AvroDefinition): string {
  return NAMED.has(kindOf(definition)) ? nameOf(definition) : kindOf(definition);
}

function typeText(node: AvroNode): string {
  if (Array.isArray(node)) return node.map(typeText).join(' or ');
  const kind = kindOf(node);
  if (kind === 'fixed') return `fixed of ${node.size} bytes`;
  if (NAMED.has(kind)) return `the ${kind} ${nameOf(node)}`;
  return node.logicalType === undefined ? kind : `${kind} (${node.logicalType})`;
}

/** In full: names are made so before anything is compared. */
function nameOf({ name = '' }: AvroDefinition): string {
  return name;
}

function fieldsOf({ fields = [] }: AvroDefinition): Map<string, AvroField> {
  return new Map(fields.map((field) => [field.name, field]));
}

/** All named types of a schema, by full and by short name; each is given its full name. */
function namesIn(schema: AvroSchema): Names {
  const names = new Map<string, AvroDefinition>();
  const walk = (node: AvroSchema | undefined, namespace: string | undefined): void => {
    if (node === undefined || typeof node === 'string') return;
    if (Array.isArray(node)) return node.forEach((branch) => walk(branch, namespace));
    let within = namespace;
    if (typeof node.type === 'string' && NAMED.has(node.type) && node.name !== undefined) {
      const full = fullNameOf({ name: node.name, namespace: node.namespace }, namespace);
      within = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : undefined;
      node.name = full;
      names.set(full, node);
      names.set(full.slice(full.lastIndexOf('.') + 1), node);
    }
    if (typeof node.type !== 'string') walk(node.type, within);
    for (const { type } of node.fields ?? []) walk(type, within);
    walk(node.items, within);
    walk(node.values, within);
  };
  walk(schema, undefined);
  return names;
}
