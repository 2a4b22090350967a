import type { AvroField, AvroSchema } from '@navora/schemas';

/** What changed between two schemas of a record, a line each: `+` came, `-` went, `~` is another. */
export function differences(before: AvroSchema, after: AvroSchema, place = ''): string[] {
  const [were, are] = [fieldsIn(before), fieldsIn(after)];
  const gone = [...were.keys()].filter((name) => !are.has(name)).map((name) => `- ${place}${name}`);
  const here = [...are.values()].flatMap((field) => {
    const was = were.get(field.name);
    if (!was) return [`+ ${place}${field.name}: ${text(field.type)}${defaultOf(field)}`];
    return changeOf(was, field, `${place}${field.name}`);
  });
  return [...gone, ...here];
}

function changeOf(was: AvroField, is: AvroField, place: string): string[] {
  const inner = differences(was.type, is.type, `${place}.`);
  const [typeWas, typeIs] = [text(was.type), text(is.type)];
  return [
    ...inner,
    ...(inner.length === 0 && typeWas !== typeIs ? [`~ ${place}: ${typeWas} → ${typeIs}`] : []),
    ...(defaultOf(was) === defaultOf(is)
      ? []
      : [`~ ${place}:${defaultOf(was) || ' no default'} →${defaultOf(is) || ' no default'}`]),
    ...metadata('unit', was.unit, is.unit, place),
    ...metadata('vss', was.vss, is.vss, place),
    ...(was.doc === is.doc ? [] : [`~ ${place}: its documentation`]),
  ];
}

function metadata(name: string, was: string | undefined, is: string | undefined, place: string): string[] {
  return was === is ? [] : [`~ ${place}: ${name} ${was ?? 'none'} → ${is ?? 'none'}`];
}

/** Of a record, or of the records among the branches of a union. */
function fieldsIn(schema: AvroSchema): Map<string, AvroField> {
  const branches = Array.isArray(schema) ? schema : [schema];
  const fields = branches.flatMap((branch) =>
    typeof branch === 'object' && !Array.isArray(branch) ? (branch.fields ?? []) : [],
  );
  return new Map(fields.map((field) => [field.name, field]));
}

function text(type: AvroSchema): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(text).join(' or ');
  if ('fields' in type) return `a ${text(type.type)} ${type.name}`;
  return JSON.stringify(type);
}

function defaultOf(field: AvroField): string {
  return 'default' in field ? ` default ${JSON.stringify(field.default)}` : '';
}
