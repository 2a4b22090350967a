import { expect, it } from 'vitest';
import { alertStory, alertTable } from './alert-lines.js';
import type { StoredAlert } from './stored-alerts.js';

const open: StoredAlert = {
  id: '4f0f0a0e-51b5-5d9c-9a53-0c1d2e3f4a5b',
  vehicleId: 'truck-17',
  rule: 'engine-overheating',
  severity: 'critical',
  status: 'open',
  late: false,
  measurement: 'engineTemperatureC',
  value: 104.5,
  openedAt: '2026-11-22T08:15:30.250Z',
  openedBy: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  ruleVersion: 'abc',
};
const cleared: StoredAlert = {
  ...open,
  vehicleId: 'v1',
  status: 'cleared',
  clearedAt: '2026-11-22T08:20:00.000Z',
  clearedBy: '1b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
  clearedValue: 94,
};

it('shows alerts in columns as wide as what stands in them', () => {
  expect(alertTable([open, cleared, { ...cleared, late: true }])).toBe(
    [
      'VEHICLE   RULE                SEVERITY  VALUE  SINCE                     STATE                             ALERT',
      `truck-17  engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  open                              ${open.id}`,
      `v1        engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  cleared 2026-11-22T08:20:00.000Z  ${open.id}`,
      `v1        engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  recorded late                     ${open.id}`,
    ].join('\n'),
  );
});

it('tells how an alert came about', () => {
  const history = [
    { transition: 'opened', at: cleared.openedAt, value: 104.5, messageId: cleared.openedBy },
    { transition: 'cleared', at: '2026-11-22T08:20:00.000Z', value: 94, messageId: 'm2' },
  ];
  expect(alertStory(cleared, history).split('\n')).toEqual([
    `alert     ${open.id}`,
    'vehicle   v1',
    'rule      engine-overheating (engineTemperatureC, rules abc)',
    'severity  critical',
    'state     cleared 2026-11-22T08:20:00.000Z',
    'value     104.5 when it opened, 94 when it cleared',
    'history',
    `  ${cleared.openedAt}  opened  104.5  by reading ${open.openedBy}`,
    '  2026-11-22T08:20:00.000Z  cleared  94  by reading m2',
  ]);
});
