import { expect, it } from 'vitest';
import { nameBasedUuid } from './name-based-uuid.js';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

it('agrees with the example of RFC 9562', () => {
  expect(nameBasedUuid(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

it('takes a name in parts', () => {
  expect(nameBasedUuid(DNS, 'www.', Buffer.from('example.com'))).toBe(nameBasedUuid(DNS, 'www.example.com'));
});
