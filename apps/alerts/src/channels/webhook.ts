import { Webhook } from 'standardwebhooks';
import type { Notice } from '../notice.js';
import type { WebhookChannel as Settings } from '../notifications-file.js';
import { atOf } from '../wording.js';
import type { Channel, Delivery } from './channel.js';
import { post } from './post.js';

/** A webhook as the Standard Webhooks say: `webhook-id` is the notice's, and stays the same at every attempt. */
export class WebhookChannel implements Channel {
  constructor(
    private readonly settings: Settings,
    private readonly now: () => number = Date.now,
  ) {}

  send(notice: Notice, _addresses: readonly string[], signal: AbortSignal): Promise<Delivery> {
    const body = JSON.stringify({
      type: `alert.${notice.transition}`,
      timestamp: new Date(atOf(notice)).toISOString(),
      data: toldAlert(notice),
    });
    const signer = new Webhook(this.settings.secret());
    const sentAt = new Date(this.now());
    const headers = {
      'webhook-id': notice.id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': signer.sign(notice.id, sentAt, body),
    };
    return post(this.settings.url, body, headers, signal);
  }

  close(): void {
    // Nothing is kept open between requests that would not end by itself.
  }
}

/** The alert as `navora alerts show --json` tells it. */
function toldAlert({ alert }: Notice): Record<string, unknown> {
  const { openedAt, clearedAt, ...rest } = alert;
  return {
    ...rest,
    openedAt: new Date(openedAt).toISOString(),
    ...(clearedAt !== undefined && { clearedAt: new Date(clearedAt).toISOString() }),
  };
}
