import { frameAvro, readingSchema, type AvroRecord, type Reading } from '@navora/schemas';
import avsc, { type Type, type types } from 'avsc';

type Value = Reading['extras'][string];

/** What of a reading may stand in a field or in `extras`, as versions of the schema come and go. */
const MEASURED = readingSchema.fields
  .map(({ name }) => name)
  .filter((name) => !['messageId', 'vehicleId', 'recordedAt', 'location', 'extras'].includes(name));

/** Another version of the record of readings: a device's that is far behind us, or ahead of us. */
export class ForeignSchema {
  private readonly type: types.RecordType;
  private readonly typeOf: ReadonlyMap<string, Type>;

  constructor(
    private readonly id: number,
    schema: AvroRecord,
  ) {
    this.type = avsc.Type.forSchema(schema as avsc.Schema) as types.RecordType;
    this.typeOf = new Map(this.type.fields.map(({ name, type }) => [name, type]));
  }

  /** The same measurements, each where this version has it. */
  encode(reading: Reading): Buffer {
    const record: Record<string, unknown> = { ...reading, extras: {} };
    const extras: Reading['extras'] = {};
    const place = (name: string, value: Value | null) => {
      if (this.typeOf.get(name)?.isValid(value)) record[name] = value;
      else if (value !== null) extras[name] = value;
    };
    for (const name of MEASURED) place(name, reading[name as keyof Reading] as Value | null);
    for (const [name, value] of Object.entries(reading.extras)) place(name, value);
    return frameAvro(this.id, this.type, { ...record, extras });
  }
}
