import { expect, it } from 'vitest';
import { Ledger } from './ledger.js';
import { outgoing } from './outgoing-reading.js';

const aReading = () =>
  outgoing({
    vehicleId: 'v1',
    messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
    recordedAt: 0,
    madeAt: 0,
    clockSuspect: false,
    encoding: 'json',
    body: Buffer.of(1),
  });

function attempt(ledger: Ledger, reading = aReading()) {
  reading.attempt++;
  ledger.sent(reading, 'vehicles/v1/telemetry');
  return reading;
}

it('counts a reading once, however often it is sent and acknowledged', () => {
  const ledger = new Ledger();
  const reading = attempt(ledger);
  expect(ledger.unacknowledged).toBe(1);
  ledger.acknowledged(reading, 0);
  ledger.acknowledged(attempt(ledger, reading), 0);
  expect(ledger.counts).toMatchObject({ sent: 1, attempts: 2, acknowledged: 1 });
  expect(ledger.unacknowledged).toBe(0);
  expect(ledger.latencies()?.p50).toBeGreaterThanOrEqual(0);
});

it('tells refusals and acknowledgements nobody listened to from the others', () => {
  const ledger = new Ledger();
  ledger.acknowledged(attempt(ledger), 0x87);
  ledger.acknowledged(attempt(ledger), 0x10);
  ledger.acknowledged(attempt(ledger), 0);
  expect(ledger.counts).toMatchObject({ sent: 3, acknowledged: 2, refused: 1, withoutSubscriber: 1 });
  expect(ledger.unacknowledged).toBe(0);
});
