import { describe, expect, it } from 'vitest';
import { frameAvro, SCHEMA_OF_TOPIC, TOPICS, type SchemaSource, type Signal } from '@navora/schemas';
import { SignalDecoder } from './signal-decoder.js';
import { aSignal, verdict } from './testing/a-signal.js';

const ours = SCHEMA_OF_TOPIC[TOPICS.signals];
const written = JSON.parse(ours.text) as { fields: object[] };
const newer = JSON.stringify({
  ...written,
  fields: [...written.fields, { name: 'confidence', type: ['null', 'double'], default: null }],
});
const SCHEMAS: Record<number, string> = { 1: ours.text, 2: SCHEMA_OF_TOPIC[TOPICS.readings].text, 3: newer };

const registry = (schemaById: SchemaSource['schemaById']): SchemaSource => ({
  schemaById,
  idOf: () => Promise.resolve(undefined),
});

async function aDecoder(): Promise<SignalDecoder> {
  const decoder = new SignalDecoder(registry((id) => Promise.resolve(SCHEMAS[id])));
  for (const id of [1, 2, 3]) await decoder.learn(id);
  return decoder;
}

function aRecord(signal: Signal, schemaId = 1, key = signal.vehicleId) {
  return { key: Buffer.from(key), value: frameAvro(schemaId, ours.type, signal) };
}

describe('decoding a signal', () => {
  const signal = aSignal({ verdicts: [verdict('engine', 'breach')] });

  it('gives the signal, its message id in lower case', async () => {
    const decoder = await aDecoder();
    const shouted = { ...signal, messageId: signal.messageId.toUpperCase() };
    expect(decoder.decode(aRecord(shouted))).toEqual({ signal });
  });

  it('reads what a newer release wrote', async () => {
    const decoder = await aDecoder();
    const record = aRecord(signal);
    const value = Buffer.concat([record.value, Buffer.of(0)]); // `confidence` is null
    value.writeUInt32BE(3, 1);
    expect(decoder.decode({ ...record, value })).toEqual({ signal });
  });

  it('says which schema it does not know yet', async () => {
    expect((await aDecoder()).decode(aRecord(signal, 9))).toEqual({ schemaPending: 9 });
  });

  it.each([
    ['empty-body', { key: Buffer.from('v'), value: null }],
    ['malformed-body', { key: Buffer.from('v'), value: Buffer.from('{"no":"avro"}') }],
    ['malformed-body', { ...aRecord(signal), value: aRecord(signal).value.subarray(0, 30) }],
    ['wrong-schema', aRecord(signal, 2)],
    ['vehicle-mismatch', aRecord(signal, 1, 'another')],
    ['malformed-body', aRecord({ ...signal, vehicleId: 'no/vehicle' })],
    ['malformed-body', aRecord({ ...signal, messageId: 'no-uuid' })],
    ['malformed-body', aRecord({ ...signal, recordedAt: 9e15 })],
    ['malformed-body', aRecord({ ...signal, verdicts: [verdict('engine', 'breach', Number.NaN)] })],
  ])('gives up as %s what is none', async (reason, record) => {
    expect((await aDecoder()).decode(record)).toMatchObject({ rejection: { reason } });
  });
});
