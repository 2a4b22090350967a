import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signal } from '@navora/schemas';
import { loadNotifications, type Notifications } from '../notifications-file.js';
import { HttpEndpoint } from './http-endpoint.js';
import { MailServer } from './mail-server.js';
import { noticesOf } from './undisturbed.js';

/** For tests: a real SMTP server, a webhook and a chat, and the file that names them. */
export class ThoseToTell {
  readonly file: string;
  readonly notifications: Notifications;
  /** A file that names the webhook alone. */
  readonly officeOnly: string;

  private constructor(
    readonly mail: MailServer,
    readonly webhook: HttpEndpoint,
    readonly chat: HttpEndpoint,
    private readonly folder: string,
    atMostEvery: string,
  ) {
    this.file = join(folder, 'notifications.yaml');
    writeFileSync(join(folder, 'secret'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    writeFileSync(
      this.file,
      `channels:
  mail: { kind: smtp, host: 127.0.0.1, port: ${mail.port}, from: alerts@example.org, timeout: 2s }
  office: { kind: webhook, url: '${webhook.url}', secretFile: secret, timeout: 2s }
  operations: { kind: chat, url: '${chat.url}', timeout: 2s }
routes:
  - { channel: mail, addresses: [fleet@example.org], atMostEvery: ${atMostEvery} }
  - { channel: office, atMostEvery: ${atMostEvery} }
  - { channel: operations, transitions: [opened], atMostEvery: ${atMostEvery} }
retries: { first: 1s, longest: 2s }
`,
    );
    this.notifications = loadNotifications(this.file);
    this.officeOnly = join(folder, 'office-only.yaml');
    writeFileSync(
      this.officeOnly,
      `channels:
  office: { kind: webhook, url: '${webhook.url}', secretFile: secret, atOnce: 16 }
routes:
  - { channel: office, atMostEvery: ${atMostEvery} }
`,
    );
  }

  static async listening(atMostEvery = '0s'): Promise<ThoseToTell> {
    const [mail, webhook, chat] = [
      await MailServer.start(),
      await HttpEndpoint.start(),
      await HttpEndpoint.start(),
    ];
    return new ThoseToTell(mail, webhook, chat, mkdtempSync(join(tmpdir(), 'navora-told-')), atMostEvery);
  }

  /** Ids of accepted mails, as often as they came. */
  get mailed(): string[] {
    return this.mail.mails.map(({ messageId }) => /^<(.*)@/.exec(messageId)?.[1] ?? messageId);
  }

  /** Ids of webhook requests, as often as they came. */
  get posted(): string[] {
    return this.webhook.requests.map(({ headers }) => String(headers['webhook-id']));
  }

  /** Ids of what should be told on a channel, sorted. */
  expectedOn(channel: string, signals: readonly Signal[]): string[] {
    return noticesOf(signals, this.notifications)
      .filter((notice) => notice.channel === channel)
      .map(({ id }) => id)
      .sort();
  }

  async gone(): Promise<void> {
    await Promise.all([this.mail.stop(), this.webhook.stop(), this.chat.stop()]);
    rmSync(this.folder, { recursive: true });
  }
}
