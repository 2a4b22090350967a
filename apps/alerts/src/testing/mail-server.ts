import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

/** What it does with the next message. `silence`: it takes the message and never answers. */
export type Mood = 'accepts' | 'refuses' | 'defers' | 'silence';

/** For tests: a real SMTP server, in whatever mood. What it accepted is in `mails`. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  mood: Mood = 'accepts';
  /** Attempts that got as far as a message. */
  attempts = 0;
  /** Runs after a message was accepted and before the client hears of it. */
  beforeAnswer: () => Promise<unknown> = () => Promise.resolve();
  private server: SMTPServer;
  port = 0;

  private constructor(private readonly login: { user: string; pass: string } | undefined) {
    this.server = this.make();
  }

  static async start(login?: { user: string; pass: string }): Promise<MailServer> {
    const server = new MailServer(login);
    await server.listen(0);
    return server;
  }

  /** Nobody listens any more. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** At the same port again. */
  async restart(): Promise<void> {
    this.server = this.make();
    await this.listen(this.port);
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => resolve());
    });
    this.port = (this.server.server.address() as AddressInfo).port;
    this.server.on('error', () => undefined);
  }

  private make(): SMTPServer {
    return new SMTPServer({
      disabledCommands: this.login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
      closeTimeout: 100,
      onAuth: ({ username, password }, _session, answer) => {
        const known = username === this.login?.user && password === this.login?.pass;
        answer(known ? null : new Error('who is that?'), known ? { user: username } : undefined);
      },
      onData: (stream, session, answer) => {
        this.attempts++;
        void this.take(
          stream,
          session.envelope.rcptTo.map(({ address }) => address),
        ).then(
          (outcome) => {
            if (outcome !== undefined) answer(outcome);
          },
          // A sender that is killed in the middle of its mail gets no answer, and has sent none.
          () => undefined,
        );
      },
    });
  }

  private async take(stream: NodeJS.ReadableStream, to: string[]): Promise<Error | null | undefined> {
    const mail = await simpleParser(await buffer(stream));
    switch (this.mood) {
      case 'silence':
        return undefined;
      case 'refuses':
        return Object.assign(new Error('no such mailbox'), { responseCode: 550 });
      case 'defers':
        return Object.assign(new Error('try again later'), { responseCode: 451 });
      case 'accepts':
        this.mails.push({
          messageId: mail.messageId ?? '',
          from: mail.from?.text ?? '',
          to,
          subject: mail.subject ?? '',
          text: mail.text ?? '',
          html: mail.html || '',
        });
        await this.beforeAnswer();
        return null;
    }
  }
}
