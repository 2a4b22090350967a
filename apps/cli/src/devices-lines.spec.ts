import type { Device, DeviceCertificate } from '@navora/devices';
import { expect, it } from 'vitest';
import { deviceLine, deviceStory, goodUntil } from './devices-lines.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');

function certificate(number: number, over: Partial<DeviceCertificate> = {}): DeviceCertificate {
  return {
    ...{ number, authority: 'a', serial: `4${number}`, fingerprint: 'f' },
    ...{ notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') },
    ...over,
  };
}

function device(over: Partial<Device> = {}): Device {
  const history = [{ number: 1, action: 'added' as const, at: new Date('2026-01-01T08:00:00Z'), by: 'anna' }];
  return { vehicleId: 'truck-17', status: 'active', certificates: [certificate(1)], history, ...over };
}

it('is good for as long as the longest of its certificates', () => {
  const soon = certificate(1, { endsAt: new Date('2026-06-20'), endReason: 'superseded' });
  const late = certificate(2, { notAfter: new Date('2027-06-01') });
  expect(goodUntil(device({ certificates: [soon, late] }), NOW)).toEqual(new Date('2027-06-01'));
  expect(goodUntil(device({ certificates: [soon] }), NOW)).toEqual(new Date('2026-06-20'));
});

it.each([
  ['its status', device({ status: 'disabled' })],
  ['its date', device({ certificates: [certificate(1, { notAfter: new Date('2026-06-01') })] })],
  [
    'a revocation',
    device({
      certificates: [certificate(1, { endsAt: new Date('2026-06-01'), endReason: 'key-compromise' })],
    }),
  ],
])('is not good any more by %s', (_, over) => {
  expect(goodUntil(over, NOW)).toBeUndefined();
  expect(deviceLine(over, NOW)).toMatch(/no certificate$/);
});

it('tells a device in a line, and its whole story', () => {
  const known = device({
    ...{ group: 'north', driver: 'ben@example.org', status: 'active' as const },
    certificates: [
      certificate(1, { endsAt: new Date('2026-03-01'), endReason: 'key-compromise' }),
      certificate(2, { endsAt: new Date('2026-06-20'), endReason: 'superseded' }),
      certificate(3),
    ],
    history: [
      { number: 1, action: 'added', at: new Date('2026-01-01T08:00:00Z'), by: 'anna' },
      { number: 2, action: 'rotated', at: new Date('2026-03-01T08:00:00Z'), by: 'ben', comment: 'stolen' },
    ],
  });
  expect(deviceLine(known, NOW)).toBe(
    'truck-17                  active    north         ben@example.org               2027-01-01',
  );
  expect(deviceStory(known, NOW)).toBe(`truck-17 is active
group   north
driver  ben@example.org

certificate 41  2026-01-01 to 2027-01-01  revoked 2026-03-01 (key-compromise)
certificate 42  2026-01-01 to 2027-01-01  good until 2026-06-20T00:00:00.000Z, when its successor stands alone
certificate 43  2026-01-01 to 2027-01-01  good

2026-01-01T08:00:00.000Z  added     by anna
2026-03-01T08:00:00.000Z  rotated   by ben: stolen`);
});
