/** An Avro schema as JSON. */
export type AvroSchema = string | AvroSchema[] | AvroDefinition;

export interface AvroDefinition {
  type: AvroSchema;
  name?: string;
  namespace?: string;
  fields?: AvroField[];
  symbols?: string[];
  items?: AvroSchema;
  values?: AvroSchema;
  size?: number;
  default?: unknown;
  logicalType?: string;
}

export interface AvroField {
  name: string;
  type: AvroSchema;
  default?: unknown;
  doc?: string;
  /** Path in COVESA's Vehicle Signal Specification 6.0. */
  vss?: string;
  /** As that names units: `km/h`, `Celsius`. */
  unit?: string;
}

export type AvroRecord = AvroDefinition & { name: string; fields: AvroField[] };

/** @param enclosing the namespace of whatever the type is defined in, if anything. */
export function fullNameOf(
  { name, namespace }: { name: string; namespace?: string },
  enclosing?: string,
): string {
  const within = namespace ?? enclosing;
  return name.includes('.') || !within ? name : `${within}.${name}`;
}
