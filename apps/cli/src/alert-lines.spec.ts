import { expect, it } from 'vitest';
import { alertStory, alertTable } from './alert-lines.js';
import type { AlertAction } from './alert-actions.js';
import type { StoredAlert, ToldLine } from './stored-alerts.js';

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
  const cared = { ...open, acknowledgedBy: 'ann@office', acknowledgedAt: 'then', assignee: 'bob' };
  expect(alertTable([cared, cleared, { ...cleared, late: true }])).toBe(
    [
      'VEHICLE   RULE                SEVERITY  VALUE  SINCE                     STATE                             ACKNOWLEDGED  ASSIGNEE  ALERT',
      `truck-17  engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  open                              ann@office    bob       ${open.id}`,
      `v1        engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  cleared 2026-11-22T08:20:00.000Z  -             -         ${open.id}`,
      `v1        engine-overheating  critical  104.5  2026-11-22T08:15:30.250Z  recorded late                     -             -         ${open.id}`,
    ].join('\n'),
  );
});

const history = [
  { transition: 'opened', at: cleared.openedAt, value: 104.5, messageId: cleared.openedBy },
  { transition: 'cleared', at: '2026-11-22T08:20:00.000Z', value: 94, messageId: 'm2' },
];

it('tells how an alert came about', () => {
  expect(alertStory(cleared, { history, actions: [], notifications: [] }).split('\n')).toEqual([
    `alert     ${open.id}`,
    'vehicle   v1',
    'rule      engine-overheating (engineTemperatureC, rules abc)',
    'severity  critical',
    'state     cleared 2026-11-22T08:20:00.000Z',
    'value     104.5 when it opened, 94 when it cleared',
    'seen      by nobody yet',
    'assignee  nobody',
    'history',
    `  ${cleared.openedAt}  opened  104.5  by reading ${open.openedBy}`,
    '  2026-11-22T08:20:00.000Z  cleared  94  by reading m2',
  ]);
});

it('tells who did what about an alert, in between what the vehicle did, and who was told', () => {
  const at = (minute: number) => `2026-11-22T08:${minute}:00.000Z`;
  const actions: AlertAction[] = [
    { action: 'acknowledge', at: at(16), by: 'ann', comment: 'on it' },
    { action: 'assign', at: at(17), by: 'ann', assignee: 'bob' },
    { action: 'comment', at: at(21), by: 'bob', comment: 'coolant refilled' },
    { action: 'assign', at: at(22), by: 'bob', assignee: null },
  ];
  const told = { notificationId: 'n', channel: 'mail', audience: 'administration' };
  const notifications: ToldLine[] = [
    { ...told, transition: 'opened', state: 'sent', at: at(16), attempts: 2, detail: '250 OK' },
    { ...told, transition: 'cleared', state: 'pending', at: at(31) },
  ];
  const cared = { ...cleared, acknowledgedBy: 'ann', acknowledgedAt: at(16) };
  const story = alertStory(cared, { history, actions, notifications }).split('\n');
  expect(story.slice(6)).toEqual([
    `seen      by ann at ${at(16)}`,
    'assignee  nobody',
    'history',
    `  ${cleared.openedAt}  opened  104.5  by reading ${open.openedBy}`,
    `  ${at(16)}  acknowledged by ann: on it`,
    `  ${at(17)}  assigned to bob by ann`,
    `  ${at(20)}  cleared  94  by reading m2`,
    `  ${at(21)}  comment by bob: coolant refilled`,
    `  ${at(22)}  assigned to nobody by bob`,
    'told',
    `  ${at(16)}  opened to administration by mail: sent (2 attempts), 250 OK`,
    `  ${at(31)}  cleared to administration by mail: pending`,
  ]);
});
