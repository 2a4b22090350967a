import type { Alert } from '../alert.js';
import { noticeId, type Notice } from '../notice.js';
import type { ToldTransition } from '../notifications-schema.js';

export interface NoticeOver extends Partial<Omit<Notice, 'alert' | 'transition'>> {
  alert?: Partial<Alert>;
  transition?: ToldTransition;
}

/** For tests: that the engine of truck-17 is too hot, due as soon as it was received. */
export function aNotice({ alert: ofAlert, ...over }: NoticeOver = {}): Notice {
  const alert: Alert = {
    id: '4f0f0a0e-51b5-5d9c-9a53-0c1d2e3f4a5b',
    vehicleId: 'truck-17',
    rule: 'engine-overheating',
    severity: 'critical',
    measurement: 'engineTemperatureC',
    status: 'open',
    late: false,
    value: 104.5,
    openedAt: Date.UTC(2026, 10, 22, 8, 15, 30),
    openedBy: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
    ruleVersion: 'rules-1',
    ...ofAlert,
  };
  const { transition = 'opened', channel = 'mail', audience = 'administration' } = over;
  const receivedAt = over.receivedAt ?? alert.openedAt + 250;
  const id = noticeId(alert, transition, alert.clearedBy ?? alert.openedBy, channel, audience);
  return { id, transition, alert, channel, audience, receivedAt, dueAt: receivedAt, ...over };
}
