import { createTransport, type Transporter } from 'nodemailer';
import type { Notice } from '../notice.js';
import type { SmtpChannel as Settings } from '../notifications-file.js';
import { wordingOf } from '../wording.js';
import type { Channel, Delivery } from './channel.js';

/** E-mail. A message that some recipients of several refused is sent: the others have it. */
export class SmtpChannel implements Channel {
  private readonly domain: string;
  private pass: string | undefined;
  private transport: Transporter | undefined;

  constructor(private readonly settings: Settings) {
    this.domain = /@([^\s>]+)/.exec(settings.from)?.[1] ?? 'localhost';
  }

  async send(notice: Notice, addresses: readonly string[], signal: AbortSignal): Promise<Delivery> {
    const { subject, text, html } = wordingOf(notice);
    try {
      const { response, rejected = [] } = await this.transportNow().sendMail({
        messageId: `<${notice.id}@${this.domain}>`,
        from: this.settings.from,
        to: [...addresses],
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
      const refused = rejected.length > 0 ? `; ${rejected.length} of ${addresses.length} refused` : '';
      return { accepted: `${response}${refused}` };
    } catch (error) {
      if (isForGood(error)) return { refused: error.message };
      throw error;
    }
  }

  close(): void {
    this.transport?.close();
  }

  /** Another one after the password was changed: connections of a pool know the one they were made with. */
  private transportNow(): Transporter {
    const pass = this.settings.auth?.pass();
    if (this.transport && pass === this.pass) return this.transport;
    this.transport?.close();
    this.pass = pass;
    return (this.transport = transportOf(this.settings, pass));
  }
}

function transportOf(settings: Settings, pass: string | undefined): Transporter {
  const { host, port, secure, requireTls, auth, timeoutMs, atOnce } = settings;
  const transport = createTransport({
    pool: true,
    maxConnections: atOnce,
    // Whoever sends repeats; a message put back here would be tried again behind the ledger's back.
    maxRequeues: 0,
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(auth && { auth: { user: auth.user, pass } }),
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // A pooled connection that dies while it is idle tells nobody else.
  transport.on('error', () => undefined);
  return transport;
}

/** The server's own final word on this message. A wrong password is none: it will be mended. */
function isForGood(error: unknown): error is Error {
  const { permanent, code } = error as { permanent?: boolean; code?: string };
  return error instanceof Error && permanent === true && (code === 'EENVELOPE' || code === 'EMESSAGE');
}
