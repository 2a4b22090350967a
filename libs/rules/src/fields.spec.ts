import { readingSchema, type Reading } from '@navora/schemas';
import { expect, it } from 'vitest';
import { aReading } from './a-reading.fixture.js';
import { kindOfField, valueOf } from './fields.js';

it.each(readingSchema.fields.map(({ name }) => name))('%s of the schema is known to rules', (name) => {
  expect(kindOfField(name)).not.toBe('unknown');
});

it('looks in the field first, and then in the extras, where an older version of ours put it', () => {
  const inExtras = aReading({ speedKph: null, extras: { speedKph: 71.5 } } as Partial<Reading>);
  expect(valueOf(inExtras, 'speedKph')).toBe(71.5);
  const inBoth = aReading({ speedKph: 80, extras: { speedKph: 71.5 } } as Partial<Reading>);
  expect(valueOf(inBoth, 'speedKph')).toBe(80);
});
