import { parseNotifications, type Notifications } from '../notifications-file.js';

const CHANNELS = `
channels:
  mail: { kind: smtp, host: mail.example.org, from: alerts@example.org }
  chat: { kind: chat, url: 'https://chat.example.org/hooks/abc' }
`;

/** For tests: the routes given, by the channels `mail` and `chat`. */
export function someNotifications(
  routes = '  - { channel: mail, addresses: [fleet@example.org] }',
  rest = '',
): Notifications {
  return parseNotifications(`${CHANNELS}routes:\n${routes}\n${rest}`, 'notifications.yaml');
}
