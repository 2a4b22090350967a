import { expect, it } from 'vitest';
import { readAlertsConfiguration } from './config.js';

it('tells nobody without a notifications file, and names one that is set but away as it stands', () => {
  expect(readAlertsConfiguration({}).notificationsFile).toBeUndefined();
  const { notificationsFile } = readAlertsConfiguration({
    NAVORA_NOTIFICATIONS_FILE: '/etc/navora/tell.yaml',
  });
  expect(notificationsFile).toBe('/etc/navora/tell.yaml');
  const found = readAlertsConfiguration({ NAVORA_NOTIFICATIONS_FILE: 'config/notifications.example.yaml' });
  expect(found.notificationsFile).toMatch(/config\/notifications\.example\.yaml$/);
});
