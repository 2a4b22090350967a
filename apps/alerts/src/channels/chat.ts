import type { Notice } from '../notice.js';
import type { ChatChannel as Settings } from '../notifications-file.js';
import { wordingOf } from '../wording.js';
import type { Channel, Delivery } from './channel.js';
import { post } from './post.js';

/** A chat with incoming webhooks. It has no place for an id, so the text has the alert's. */
export class ChatChannel implements Channel {
  constructor(private readonly settings: Settings) {}

  send(notice: Notice, _addresses: readonly string[], signal: AbortSignal): Promise<Delivery> {
    const { subject, text } = wordingOf(notice);
    const body = JSON.stringify({ text: inChat(`${subject}\n${text}`) });
    return post(this.settings.url(), body, {}, signal);
  }

  close(): void {
    // As for webhooks.
  }
}

/** These three are markup to Slack, and written like this everywhere. */
function inChat(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
