import { expect, it } from 'vitest';
import { renderGuarantees } from './guarantees.js';

it('says what a side promises and what it does not, and leaves out what does not apply', () => {
  expect(renderGuarantees({ acknowledgedAfterKafka: false, orderPerVehicle: true })).toBe(
    'NOT acknowledged after Kafka, order per vehicle',
  );
});
