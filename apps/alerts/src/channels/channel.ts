import type { ChannelSettings } from '../notifications-file.js';
import type { Notice } from '../notice.js';
import { ChatChannel } from './chat.js';
import { SmtpChannel } from './smtp.js';
import { WebhookChannel } from './webhook.js';

/** `refused`: this notification will never be taken, however often it is tried. */
export type Delivery = { readonly accepted: string } | { readonly refused: string };

/**
 * A way by which notifications leave. What it sends bears the notice's id, so that whoever receives one twice can
 * tell. It makes one attempt: repeating is not its job.
 */
export interface Channel {
  /** @throws anything when it may be tried again; also when it is not known whether it was taken. */
  send(notice: Notice, addresses: readonly string[], signal: AbortSignal): Promise<Delivery>;
  close(): void;
}

export function channelOf(settings: ChannelSettings): Channel {
  switch (settings.kind) {
    case 'smtp':
      return new SmtpChannel(settings);
    case 'webhook':
      return new WebhookChannel(settings);
    case 'chat':
      return new ChatChannel(settings);
  }
}
